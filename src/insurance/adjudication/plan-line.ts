import type { CatalogEntry, Plan, PlanLine } from './scheme.ts';

/** What the plan says of a drug or service, under its code or its alias; undefined where it does not pay it. */
export const planLineOf = (
  plan: Plan,
  code: string,
  catalog: ReadonlyMap<string, CatalogEntry>,
): PlanLine | undefined => {
  const line = plan.lines.get(code);
  if (line !== undefined) return line;
  const alias = catalog.get(code)?.alias;
  return alias === undefined ? undefined : plan.lines.get(alias);
};
