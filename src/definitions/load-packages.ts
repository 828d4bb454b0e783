import type { DefinitionSource } from './definition-source.ts';
import { type FhirPackage, loadPackage } from './load-package.ts';
import { requireBases } from './require-bases.ts';

/** R4 itself, which is known without a package. */
const BUILT_IN = /^hl7\.fhir\.r4\.(core|examples|expansions|elements|search|corexml)$/;

/**
 * What published FHIR packages define, those that others build on first, in whatever order their files are named. `known` is what is known
 * without them. `warn` is told of each dependency that is not there or there in another version, and of packages for another FHIR.
 * Throws an Error naming the package that cannot be read or is named twice, and the profile whose base is nowhere.
 */
export const loadPackages = (
  files: readonly string[],
  known: readonly DefinitionSource[],
  warn: (text: string) => void,
): DefinitionSource[] => {
  const packages = files.map(loadPackage);
  refuseTwins(packages);
  for (const each of packages) {
    warnOfFhirVersion(each, warn);
    for (const [name, version] of each.dependencies) warnOfDependency(each, name, version, packages, warn);
  }
  const ordered = inOrderOfDependencies(packages);
  requireBases(ordered, [known, ...ordered.map(({ sources }) => sources)].flat(), packages);
  return ordered.flatMap(({ sources }) => sources);
};

const refuseTwins = (packages: readonly FhirPackage[]): void => {
  const seen = new Map<string, FhirPackage>();
  for (const each of packages) {
    if (BUILT_IN.test(each.name)) throw new Error(`${each.file}: FHIR R4 itself is built in. Leave this package out`);
    const key = each.name === '' ? each.file : `${each.name} ${each.version}`;
    const twin = seen.get(key);
    if (twin !== undefined) throw new Error(`${twin.file} and ${each.file} are the same package, ${key}. Name one`);
    seen.set(key, each);
  }
};

/** As they are named, but each after those that it builds on. Where they build on each other in a circle, the first named comes last. */
const inOrderOfDependencies = (packages: readonly FhirPackage[]): FhirPackage[] => {
  const ordered = new Set<FhirPackage>();
  const begun = new Set<FhirPackage>();
  const add = (each: FhirPackage): void => {
    if (begun.has(each)) return;
    begun.add(each);
    for (const [name, version] of each.dependencies) {
      // Where several versions are there, the one that is asked for counts first.
      const candidates = packages.filter(other => other.name === name);
      for (const other of candidates.toSorted((a, b) => +isMet(version, b) - +isMet(version, a))) add(other);
    }
    ordered.add(each);
  };
  for (const each of packages) add(each);
  return [...ordered];
};

/** `1.2.x` is met by any patch; what is no number (`current`, `dev`, `latest`) by any version. */
const isMet = (wanted: string, { version }: FhirPackage): boolean => {
  if (!/^\d/.test(wanted)) return true;
  return wanted.endsWith('.x') ? version.startsWith(wanted.slice(0, -1)) : version === wanted;
};

const warnOfDependency = (
  { file }: FhirPackage,
  name: string,
  version: string,
  packages: readonly FhirPackage[],
  warn: (text: string) => void,
): void => {
  if (BUILT_IN.test(name)) return;
  const loaded = packages.filter(each => each.name === name);
  if (loaded.length === 0) {
    warn(`${file} builds on package ${name} ${version}, which is not loaded: what it defines is not known here`);
  } else if (!loaded.some(each => isMet(version, each))) {
    const versions = loaded.map(each => each.version).join(' and ');
    warn(`${file} builds on package ${name} ${version}, but ${versions} is loaded`);
  }
};

const warnOfFhirVersion = ({ file, fhirVersions }: FhirPackage, warn: (text: string) => void): void => {
  if (fhirVersions.length === 0 || fhirVersions.some(version => version.startsWith('4.0'))) return;
  warn(`${file} is for FHIR ${fhirVersions.join(', ')}, not for R4 (4.0.1): not all of it can be used here`);
};
