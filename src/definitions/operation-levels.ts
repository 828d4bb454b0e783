import type { CapabilityStatementRestResourceOperation } from 'fhir/r4.js';
import type { Definitions, OperationDefinition } from './definitions.ts';
import { isNamedQuery } from './named-queries.ts';

/** Where an operation is called: `/fhir/$x`, `/fhir/Claim/$x`, or `/fhir/Claim/1/$x`. */
export type OperationLevel = 'system' | 'type' | 'instance';

/** What the code says of an operation that it can do. */
export interface ImplementedOperation {
  levels: ReadonlySet<OperationLevel>;
  /** One that changes what is stored is called with POST only. */
  affectsState: boolean;
}

/** Where a list of operations in a capability file stands, and what it is held to. */
export interface OperationContext {
  /** The element that has the member `operation`, for messages. */
  element: string;
  /** Absent for operations on the whole system. */
  resourceType?: string;
  definitions: Definitions;
  implemented: { operations: ReadonlyMap<string, ImplementedOperation> };
}

const ANY_TYPE = ['Resource', 'DomainResource'];

const isOf = ({ resource = [] }: OperationDefinition, resourceType: string): boolean =>
  resource.some(each => each === resourceType || ANY_TYPE.includes(each));

/**
 * At which levels each operation of a list in a capability file is enabled, by its code: those that its OperationDefinition names. Named
 * queries stand there too, and are passed over (see `namedQueries`).
 * Throws an Error naming the element where code, definition and place do not fit together.
 * https://hl7.org/fhir/R4/operationdefinition.html
 */
export const operationLevels = (
  operations: readonly CapabilityStatementRestResourceOperation[],
  { element, resourceType, definitions, implemented }: OperationContext,
): ReadonlyMap<string, ReadonlySet<OperationLevel>> => {
  const enabled = new Map<string, ReadonlySet<OperationLevel>>();
  for (const [index, each] of operations.entries()) {
    if (isNamedQuery(each, definitions)) continue;
    const { name, definition: url } = each;
    const at = `${element}.operation[${index}]`;
    const operation = implemented.operations.get(name);
    if (operation === undefined) throw new Error(`${at}: ${name} is not implemented`);
    if (enabled.has(name)) throw new Error(`${at}: ${name} is there twice`);
    const definition = definitions.operationDefinition(url);
    const here: readonly OperationLevel[] = resourceType === undefined ? ['system'] : ['type', 'instance'];
    const levels = here.filter(level => definition?.[level] === true);
    const fits = resourceType === undefined || (definition !== undefined && isOf(definition, resourceType));
    if (definition?.code !== name || levels.length === 0 || !fits) {
      const whose = resourceType === undefined ? 'the system' : resourceType;
      throw new Error(`${at}.definition: ${url} is not loaded, or not operation ${name} of ${whose}`);
    }
    const missing = levels.find(level => !operation.levels.has(level));
    if (missing !== undefined) throw new Error(`${at}.definition: ${name} on the ${missing} is not implemented`);
    if (definition.affectsState !== undefined && definition.affectsState !== operation.affectsState) {
      throw new Error(`${at}.definition: affectsState of ${name} is ${operation.affectsState}`);
    }
    enabled.set(name, new Set(levels));
  }
  return enabled;
};
