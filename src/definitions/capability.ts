import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapabilityStatement, CapabilityStatementRest } from 'fhir/r4.js';
import { isJsonObject, type Resource } from '../fhir/resource.ts';
import type { Definitions } from './definitions.ts';
import { knownCompartment } from './known-compartment.ts';
import { operationLevels } from './operation-levels.ts';
import { type ServedSearch, type ServedSoftware, servedStatement } from './served-statement.ts';
import { type Implemented, type OperatorChoices, type TypeCapability, typeCapability } from './type-capability.ts';

export type { Implemented, OperatorChoices, ServedSearch, TypeCapability };

/** What the server offers: the capability file, held to what the code can do. */
export interface Capability {
  /** By resource type, in the order of the file. */
  types: ReadonlyMap<string, TypeCapability>;
  /** Interactions on the whole system by R4's codes, for example `history-system`; `capabilities` always. */
  interactions: ReadonlySet<string>;
  /** Operations on the whole system (`/fhir/$x`), by code without the dollar sign. */
  operations: ReadonlySet<string>;
  insuranceRules: boolean;
  /** The forms of resources that are read and written; JSON always. */
  formats: ReadonlySet<'json' | 'xml'>;
  /** Media types that a PATCH may have. */
  patchFormats: ReadonlySet<string>;
  /** The CapabilityStatement of the running server. */
  statement(software: ServedSoftware): Resource;
}

const FOLDER = join(import.meta.dirname, '../../capability-statements');
const FHIR_VERSION = '4.0.1';
/** What a capability file may call the forms of resources. */
const FORMATS: ReadonlyMap<string, 'json' | 'xml'> = new Map([
  ['application/fhir+json', 'json'],
  ['json', 'json'],
  ['application/fhir+xml', 'xml'],
  ['xml', 'xml'],
]);
const INSURANCE_RULES = 'https://kiungo.example/fhir/StructureDefinition/insurance-rules';

/**
 * Reads a capability file: a CapabilityStatement that says what is to be enabled. `file` is a path, or the bare name of one of
 * `capability-statements/`. A type without `searchParam` gets all parameters that are loaded and can be searched by.
 * Throws an Error naming the file and the element, where the file cannot be read or asks for what is not implemented or not loaded.
 * https://hl7.org/fhir/R4/capabilitystatement.html
 */
export const loadCapability = (
  file: string,
  definitions: Definitions,
  implemented: Implemented,
  choices: OperatorChoices,
): Capability => {
  const path = /^[\w-]+$/.test(file) ? join(FOLDER, `${file}.json`) : file;
  try {
    return capabilityOf(readStatement(path), definitions, implemented, choices);
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
};

const readStatement = (path: string): CapabilityStatement => {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isJsonObject(value) || value.resourceType !== 'CapabilityStatement') {
    throw new Error('is not a CapabilityStatement');
  }
  return value as unknown as CapabilityStatement;
};

const capabilityOf = (
  file: CapabilityStatement,
  definitions: Definitions,
  implemented: Implemented,
  choices: OperatorChoices,
): Capability => {
  refuseUnlessDone(file, implemented);
  const rest = withCompartments(withPurge(serverRest(file, implemented), choices), definitions);
  const { patchFormat = [] } = file;
  const types = new Map<string, TypeCapability>();
  for (const [index, resource] of (rest.resource ?? []).entries()) {
    const element = `rest[0].resource[${index}]`;
    if (types.has(resource.type)) throw new Error(`${element}.type: ${resource.type} is there twice`);
    if (patchFormat.length === 0 && resource.interaction?.some(({ code }) => code === 'patch')) {
      throw new Error(`${element}.interaction: patch needs a patchFormat`);
    }
    types.set(resource.type, typeCapability(resource, element, definitions, implemented, choices));
  }
  const switches = (rest.extension ?? []).filter(({ url }) => url === INSURANCE_RULES);
  return {
    types,
    interactions: new Set(['capabilities', ...(rest.interaction ?? []).map(({ code }) => code)]),
    operations: new Set(operationLevels(rest.operation ?? [], { element: 'rest[0]', definitions, implemented }).keys()),
    insuranceRules: switches.some(({ valueBoolean }) => valueBoolean === true),
    formats: new Set(['json' as const, ...(file.format ?? []).flatMap(format => FORMATS.get(format) ?? [])]),
    patchFormats: new Set(patchFormat),
    statement: servedStatement(file, rest, types, choices),
  };
};

const PURGE = { name: 'purge', definition: 'https://kiungo.example/fhir/OperationDefinition/kiungo-purge' };

/** What the file says, and `$purge` where the operator allows it. */
const withPurge = (rest: CapabilityStatementRest, { purge }: OperatorChoices): CapabilityStatementRest => {
  if (purge === 'no') return rest;
  const resource = (rest.resource ?? []).map(each => {
    const { interaction = [], operation = [] } = each;
    const isOffered =
      interaction.some(({ code }) => code === 'delete') && !operation.some(({ name }) => name === 'purge');
    return isOffered ? { ...each, operation: [...operation, PURGE] } : each;
  });
  return { ...rest, resource };
};

/** What the file says, and the compartments that are known of types that can be searched. */
const withCompartments = (rest: CapabilityStatementRest, definitions: Definitions): CapabilityStatementRest => {
  const compartment = (rest.resource ?? []).flatMap(({ type, interaction = [] }) => {
    if (!interaction.some(({ code }) => code === 'search-type')) return [];
    const url = knownCompartment(definitions, type)?.url;
    return url === undefined ? [] : [url];
  });
  return compartment.length === 0 ? rest : { ...rest, compartment };
};

const refuseUnlessDone = (file: CapabilityStatement, implemented: Implemented): void => {
  if (file.fhirVersion !== FHIR_VERSION) throw new Error(`fhirVersion: must be ${FHIR_VERSION}`);
  for (const [index, format] of (file.format ?? []).entries()) {
    if (!FORMATS.has(format)) throw new Error(`format[${index}]: ${format} is not implemented`);
  }
  for (const [index, format] of (file.patchFormat ?? []).entries()) {
    if (!implemented.patchFormats.has(format)) throw new Error(`patchFormat[${index}]: ${format} is not implemented`);
  }
  for (const name of ['messaging', 'document'] as const) {
    if (file[name] !== undefined) throw new Error(`${name}: is not implemented`);
  }
};

const serverRest = (file: CapabilityStatement, implemented: Implemented): CapabilityStatementRest => {
  const [rest, ...others] = file.rest ?? [];
  if (rest?.mode !== 'server' || others.length > 0) throw new Error('rest: must be one, of mode server');
  for (const [index, { code }] of (rest.interaction ?? []).entries()) {
    if (!implemented.interactions.has(code))
      throw new Error(`rest[0].interaction[${index}]: ${code} is not implemented`);
  }
  for (const name of ['security', 'searchParam', 'compartment'] as const) {
    if (rest[name] !== undefined) throw new Error(`rest[0].${name}: is not implemented`);
  }
  return rest;
};
