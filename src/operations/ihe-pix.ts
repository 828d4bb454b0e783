import type { Identifier, ParametersParameter, Patient } from 'fhir/r4.js';
import { refuse } from '../fhir/fhir-error.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Deps } from '../interactions/context.ts';
import type { TokenValue } from '../search/query.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';

const MOST = 20;

const patientsBy = async ({ store }: Deps, identifier: TokenValue, count: number): Promise<Patient[]> => {
  const where = [{ kind: 'token' as const, parameter: 'identifier', anyOf: [identifier] }];
  const { versions } = await store.search({ resourceType: 'Patient', where, sort: [], count, total: 'none' });
  return versions.map(({ body }) => JSON.parse(body) as Patient);
};

/** A record with those that it is linked to, each once: they are of one person. */
const withLinked = async ({ store, settings }: Deps, found: readonly Patient[]): Promise<Patient[]> => {
  const people = new Map(found.map(patient => [patient.id!, patient]));
  for (const { link = [] } of found) {
    for (const { other } of link) {
      const target = other.reference === undefined ? undefined : parseReference(other.reference, settings.baseUrl);
      if (target?.kind !== 'local' || target.resourceType !== 'Patient' || people.has(target.id)) continue;
      const version = await store.read({ resourceType: 'Patient', id: target.id });
      if (version !== undefined && version.method !== 'DELETE') people.set(target.id, JSON.parse(version.body));
    }
  }
  return [...people.values()];
};

const readSource = (text: string | undefined): { system: string; code: string } => {
  const [, system, code] = /^([^|]+)\|(.+)$/.exec(text ?? '') ?? [];
  if (system !== undefined && code !== undefined) return { system, code };
  throw refuse(
    text === undefined ? 'operation-parameter-missing' : 'operation-parameter-invalid',
    'The parameter sourceIdentifier must be a system and a value, like sourceIdentifier=https://hospital.example/mrn|4711.',
  );
};

const isSame = ({ system, value }: Identifier, source: { system: string; code: string }): boolean =>
  system === source.system && value === source.code;

/**
 * By which other identifiers, and under which ids, the person of an identifier is known here.
 * https://profiles.ihe.net/ITI/PIXm/ITI-83.html
 */
export const ihePix: Operation = {
  code: 'ihe-pix',
  levels: new Set(['type']),
  affectsState: false,
  run: async (deps, request) => {
    const declared = { sourceIdentifier: 'text', targetSystem: 'text*' } as const;
    const { sourceIdentifier, targetSystem } = readOperationInput(request, declared, deps.settings.maxDepth);
    const source = readSource(sourceIdentifier);
    const found = await patientsBy(deps, source, MOST);
    if (found.length === 0) {
      const isSystemKnown = (await patientsBy(deps, { system: source.system }, 1)).length > 0;
      throw isSystemKnown
        ? refuse('identifier-unknown', 'No patient has this identifier.')
        : refuse('operation-parameter-invalid', 'No patient has an identifier of the system of sourceIdentifier.');
    }
    const people = await withLinked(deps, found);
    const isWanted = (system: string | undefined): boolean =>
      targetSystem.length === 0 || (system !== undefined && targetSystem.includes(system));
    const identifiers = new Map<string, ParametersParameter>();
    for (const identifier of people.flatMap(({ identifier = [] }) => identifier)) {
      if (isSame(identifier, source) || !isWanted(identifier.system)) continue;
      identifiers.set(JSON.stringify([identifier.system, identifier.value]), {
        name: 'targetIdentifier',
        valueIdentifier: identifier,
      });
    }
    const ids = people.map(({ id }) => ({ name: 'targetId', valueReference: { reference: `Patient/${id}` } }));
    return parametersResult([...identifiers.values(), ...ids]);
  },
};
