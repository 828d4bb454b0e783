import { readFile } from 'node:fs/promises';
import { parseExact } from '../../src/fhir/exact-json.ts';
import type { Resource } from '../../src/fhir/resource.ts';

/** The year that the dates of the demo scheme are written for. */
const WRITTEN_FOR = 2026;

/** Types whose dates must lie around the day of the demo. */
const DATED = new Set(['Coverage', 'Invoice']);

/** Moves every date (`YYYY-MM-DD`) in a resource by whole years. */
const moveYears = (resource: Resource, years: number): Resource => {
  const text = JSON.stringify(resource);
  return parseExact(
    text.replace(/"(\d{4})(-\d\d-\d\d")/g, (_all, year: string, rest: string) => `"${Number(year) + years}${rest}`),
  ) as Resource;
};

/**
 * The resources of `scheme/demo.json` in the order of their references, with coverages and invoices moved into `year`.
 * Numbers keep their written form.
 */
export const readDemoScheme = async (year: number): Promise<Resource[]> => {
  const text = await readFile(new URL('../../scheme/demo.json', import.meta.url), 'utf8');
  const { entry } = parseExact(text) as { entry: { resource: Resource }[] };
  return entry.map(({ resource }) =>
    DATED.has(resource.resourceType) ? moveYears(resource, year - WRITTEN_FOR) : resource,
  );
};
