import type { Capability, TypeCapability } from '../definitions/capability.ts';
import type { SearchParameter } from '../definitions/definitions.ts';
import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { JsonObject } from '../fhir/resource.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Condition } from '../search/query.ts';
import { type Access, createAccess, type ReadRows } from '../security/access.ts';
import type { Caller } from '../security/caller.ts';
import { createLimits } from '../security/limits.ts';
import { EMERGENCY, type Role } from '../security/role.ts';
import type { RuleEntries } from '../security/rule-entries.ts';
import { shownParameters } from '../security/shown-parameters.ts';
import { createVisibleStore } from '../security/visible-store.ts';
import type { ClientAccess, Deps } from './context.ts';
import { rootMembers, subsetResource } from './subset-resource.ts';

/** What is known of roles when clients come. */
export interface DepsOfCallerOptions {
  /** By their names. */
  roles: ReadonlyMap<string, Role>;
  entries: RuleEntries;
  /** The search parameters by which resources of types are about patients. */
  patientParameters: ReadonlyMap<string, readonly string[]>;
}

/** Clients, as they ask, that are known at a time; beyond it, all are made anew. */
const MOST = 500;

/** A client whose role is not known may do nothing. */
const nobody = (name: string): Role => ({
  ...{ name, title: name, description: '', clearance: 'U', isBoundByConsents: true },
  ...{ types: new Map(), operations: new Set() },
});

/** Reads the rows of roles and scopes: by all search parameters that are known, whether they are offered or not. */
export const createReadRows =
  ({ definitions, settings, now }: Deps): ReadRows =>
  (resourceType, text): Condition => {
    const parameters = [...new URLSearchParams(text)];
    const { query, includes } = parseSearch({
      ...{ resourceType, parameters, handling: 'strict', definitions, now: now() },
      parametersOf: type => definitions.searchParameters(type),
      ...{ baseUrl: settings.baseUrl, timeZone: settings.timeZone, defaultCount: 0, maxCount: 0 },
    });
    if (query.where.length === parameters.length && includes.length === 0) return { kind: 'all', allOf: query.where };
    throw refuse('search-parameter-invalid', `"${text}" must hold search parameters of ${resourceType} alone.`);
  };

/** Where a client does not see all there is, it may not choose an id, which could be taken by what it does not see. */
const capabilityOf = ({ capability }: Deps, access: Access): Capability => {
  const narrow = (type: TypeCapability): TypeCapability => {
    const { resourceType, updateCreate } = type;
    const rule = access.rule(resourceType);
    const isPart =
      rule !== undefined &&
      (rule.rows.length > 0 || rule.exact.size > 0 || access.toldRows(resourceType, 'update').length > 0);
    return isPart && updateCreate ? { ...type, updateCreate: false } : type;
  };
  return { ...capability, types: new Map([...capability.types].map(([name, type]) => [name, narrow(type)])) };
};

/** Makes the function that says which search parameters a client may use: none on what it is not shown. */
const shownTo = ({ definitions }: Deps, access: Access): ClientAccess['shownParameters'] => {
  const known = new WeakMap<object, ReadonlyMap<string, SearchParameter>>();
  return (resourceType, parameters) => {
    const elements = access.rule(resourceType)?.elements;
    if (elements === undefined) return parameters;
    let shown = known.get(parameters);
    if (shown === undefined) {
      const mandatory = [...rootMembers(definitions, resourceType).values()]
        .filter(({ node }) => (node.definition.min ?? 0) > 0)
        .map(({ element }) => element);
      shown = shownParameters(resourceType, parameters, new Set([...elements, ...mandatory]));
      known.set(parameters, shown);
    }
    return shown;
  };
};

/** Makes the function that gives what interactions work with on behalf of a client: what it may do, and see of what is stored. */
export const createDepsOfCaller = (
  deps: Deps,
  { roles, entries, patientParameters }: DepsOfCallerOptions,
): ((caller: Caller) => Deps) => {
  const readRows = createReadRows(deps);
  const show = (text: string, elements: readonly string[]): string =>
    JSON.stringify(subsetResource(deps.definitions, { elements }, parseExact(text) as JsonObject));

  const make = (caller: Caller): Deps => {
    const access = createAccess(caller, roles.get(caller.role) ?? nobody(caller.role), readRows);
    const limits = createLimits({
      ...{ access, entries, consents: deps.consents, now: deps.now },
      patientParameters: resourceType => patientParameters.get(resourceType) ?? [],
    });
    const client: ClientAccess = {
      ...{ ...access, limits, shownParameters: shownTo(deps, access) },
      visible: store => createVisibleStore(store, { access, limits, entries, show }),
    };
    return {
      ...{ ...deps, access: client, server: deps },
      capability: capabilityOf(deps, access),
      store: client.visible(deps.store),
    };
  };

  let ofObject = new WeakMap<Caller, Deps>();
  const ofText = new Map<string, Deps>();
  let { generation } = deps.definitions;
  return caller => {
    // Rules were read by search parameters, which may have changed.
    if (generation !== deps.definitions.generation) {
      generation = deps.definitions.generation;
      ofObject = new WeakMap();
      ofText.clear();
    }
    if (caller.purposeOfUse === EMERGENCY) {
      deps.tell('Emergency access', { client: caller.clientId, role: caller.role });
    }
    let known = ofObject.get(caller);
    if (known === undefined) {
      const { clientId, role, organization, scopes, purposeOfUse, normalize } = caller;
      const text = JSON.stringify([clientId, role, organization, scopes, purposeOfUse, normalize]);
      known = ofText.get(text);
      if (known === undefined) {
        if (ofText.size >= MOST) ofText.clear();
        known = make(caller);
        ofText.set(text, known);
      }
      ofObject.set(caller, known);
    }
    return known;
  };
};
