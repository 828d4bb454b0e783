import { buildBundle } from '../fhir/bundle.ts';
import { parseDateRange } from '../fhir/datetime.ts';
import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { findReferences, parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import { compartmentOf } from '../interactions/compartment.ts';
import type { Deps } from '../interactions/context.ts';
import { CURSOR, pagesOf } from '../interactions/pages-of.ts';
import { read } from '../interactions/read.ts';
import type { StoredVersion } from '../store/store.ts';
import type { Operation, OperationRequest } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { type RecordsAsked, recordParts } from './record-parts.ts';
import { recordsPage, referredTo } from './records-page.ts';

/** Patients of a group whose records are given at once. */
const MOST_MEMBERS = 1_000;

const DECLARED = {
  start: 'text',
  end: 'text',
  _since: 'text',
  _type: 'text*',
  _count: 'integer',
  [CURSOR]: 'text',
} as const;

const DATE = /^\d{4}(?:-\d\d(?:-\d\d)?)?$/;

const invalid = (name: string, must: string): FhirError =>
  refuse('operation-parameter-invalid', `The parameter ${name} must be ${must}.`);

const readDate = (name: string, text: string | undefined): string | undefined => {
  if (text === undefined || (DATE.test(text) && parseDateRange(text) !== undefined)) return text;
  throw invalid(name, 'a date, like 2026-06-03');
};

const readTypes = ({ definitions }: Deps, texts: readonly string[]): ReadonlySet<string> | undefined => {
  if (texts.length === 0) return undefined;
  const types = texts.flatMap(text => text.split(',')).map(type => type.trim());
  const wrong = types.find(type => !definitions.resourceTypes.includes(type));
  if (wrong !== undefined) throw invalid('_type', 'types of resources, separated by commas, like Claim,Coverage');
  return new Set(types);
};

/** The patients among the members of a group. */
const membersOf = (deps: Deps, group: Resource): string[] => {
  const ids = new Set<string>();
  findReferences({ ...group, contained: [] }, ({ reference }, locate) => {
    if (!/^Group\.member\[\d+\]\.entity$/.test(locate())) return;
    const target = parseReference(reference as string, deps.settings.baseUrl);
    if (target.kind === 'local' && target.resourceType === 'Patient') ids.add(target.id);
  });
  if (ids.size <= MOST_MEMBERS) return [...ids];
  throw refuse(
    'operation-too-costly',
    `The group has more than ${MOST_MEMBERS} patients. Ask for the records of each patient.`,
  );
};

/** Whose records are meant. @throws {FhirError} 404 and 410 for a patient or group that is not there */
const whose = async (
  deps: Deps,
  { resourceType, id }: OperationRequest,
): Promise<Pick<RecordsAsked, 'first' | 'patients'>> => {
  if (id === undefined) return { first: undefined, patients: 'all' };
  const { body = '' } = await read(deps, resourceType!, id);
  if (resourceType === 'Patient') return { first: undefined, patients: [id] };
  return { first: { resourceType: 'Group', id }, patients: membersOf(deps, JSON.parse(body) as Resource) };
};

/**
 * The records of a patient, of all patients, or of the patients of a group with the group itself: what the compartment of patients
 * holds, with what that refers to, page by page.
 * @throws {FhirError} 400 for a parameter, 404 and 410 where there is no such patient or group, 422 for too large a group
 * https://hl7.org/fhir/R4/patient-operation-everything.html
 */
export const everything: Operation = {
  code: 'everything',
  levels: new Set(['type', 'instance']),
  affectsState: false,
  run: async (deps, request) => {
    const input = readOperationInput(request, DECLARED, deps.settings.maxDepth);
    const { pageSize, maxPageSize, baseUrl } = deps.settings;
    const { _since: since, _count: asked = pageSize } = input;
    if (asked < 1) throw invalid('_count', 'a number from 1');
    if (since !== undefined && parseDateRange(since) === undefined) {
      throw invalid('_since', 'an instant, like 2026-06-03T08:00:00Z');
    }
    const types = readTypes(deps, input._type);
    const start = readDate('start', input.start);
    const end = readDate('end', input.end);
    const count = Math.min(asked, maxPageSize);

    const { resourceType, id } = request;
    const used = [
      ...Object.entries({ start, end, _since: since }).filter(
        (each): each is [string, string] => each[1] !== undefined,
      ),
      ...(types === undefined ? [] : [['_type', [...types].join(',')] as const]),
      ...(input._count === undefined ? [] : [['_count', String(count)] as const]),
    ];
    const path = id === undefined ? `${resourceType}/$everything` : `${resourceType}/${id}/$everything`;
    const pages = pagesOf({ store: deps.store, baseUrl, path, parameters: used, cursor: input[CURSOR] });
    const compartment = compartmentOf(deps.definitions, 'Patient')!;
    const parts = recordParts(deps, { ...(await whose(deps, request)), start, end, since, types }, compartment);
    const { versions, next } = await recordsPage(deps, parts, count, pages.after);
    const included = await referredTo(deps, versions, compartment, types);
    const entryOf = (mode: 'match' | 'include') => (version: StoredVersion) =>
      `{"fullUrl":"${baseUrl}/${version.resourceType}/${version.id}","resource":${version.body},"search":{"mode":"${mode}"}}`;
    const entries = [...versions.map(entryOf('match')), ...included.map(entryOf('include'))];
    return { status: 200, body: buildBundle({ type: 'searchset', links: pages.links(next), entries }) };
  },
};
