import type { DefinitionSource } from './definition-source.ts';
import type { FhirPackage } from './load-package.ts';

/**
 * Throws an Error where a profile of a package has no snapshot and its base is not among what is known, naming the packages that the
 * profile's own one asks for and that are not there.
 */
export const requireBases = (
  packages: readonly FhirPackage[],
  known: readonly DefinitionSource[],
  loaded: readonly FhirPackage[],
): void => {
  const urls = new Set(known.flatMap(({ resourceType, url }) => (resourceType === 'StructureDefinition' ? [url] : [])));
  const names = new Set(loaded.map(({ name }) => name));
  for (const { sources, dependencies } of packages) {
    for (const { file, resourceType, read } of sources) {
      if (resourceType !== 'StructureDefinition') continue;
      const { baseDefinition, derivation, snapshot } = read();
      if (derivation !== 'constraint' || snapshot !== undefined || typeof baseDefinition !== 'string') continue;
      if (urls.has(baseDefinition.split('|', 1)[0])) continue;
      const missing = [...dependencies.keys()].filter(name => !names.has(name) && !name.startsWith('hl7.fhir.r4.'));
      const hint = missing.length === 0 ? 'the package that defines it' : `package ${missing.join(' or ')}`;
      throw new Error(`${file}: its base ${baseDefinition} is not loaded. Load ${hint} too`);
    }
  }
};
