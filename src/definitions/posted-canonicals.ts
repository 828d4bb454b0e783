import type { Resource } from '../fhir/resource.ts';
import { type Canonicals, canonicalKey } from './canonicals.ts';
import { type DefinitionSource, sourceOf } from './definition-source.ts';

const byVersion = new Intl.Collator('en', { numeric: true });

/** Without a version the newest is meant, of those that are not retired if there are any; one without a version is the oldest. */
const compare = (a: Resource, b: Resource): number =>
  Number(a.status === 'retired') - Number(b.status === 'retired') ||
  byVersion.compare(textOf(b.version), textOf(a.version)) ||
  (`${a.id}` < `${b.id}` ? -1 : 1);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A type or a logical model that brings no snapshot is nothing that R4 resources could be judged by. */
const isUsable = ({ resourceType, url, derivation, snapshot }: Resource): boolean =>
  typeof url === 'string' &&
  (resourceType !== 'StructureDefinition' || derivation === 'constraint' || snapshot !== undefined);

/**
 * Posted definitions by type and url. Resources that name no url, or that nothing can be judged by, are left out.
 * https://hl7.org/fhir/R4/references.html#canonical
 */
export const postedCanonicals = (resources: Iterable<Resource>): Canonicals => {
  const found = new Map<string, DefinitionSource[]>();
  for (const resource of [...resources].filter(isUsable).sort(compare)) {
    const key = canonicalKey(resource.resourceType, textOf(resource.url));
    found.set(key, [
      ...(found.get(key) ?? []),
      { ...sourceOf(`${resource.resourceType}/${resource.id}`, resource), posted: true },
    ]);
  }
  return found;
};
