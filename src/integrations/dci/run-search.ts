import type { Coverage, Group, Patient } from 'fhir/r4.js';
import { formatInstant } from '../../fhir/datetime.ts';
import { FhirError } from '../../fhir/fhir-error.ts';
import { parseReference } from '../../fhir/reference.ts';
import { isJsonObject, type JsonObject } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import { requireSearchable } from '../../interactions/require-rows.ts';
import { searchSettings } from '../../interactions/search-settings.ts';
import type { SearchQuery, SortKey } from '../../search/query.ts';
import type { Page, StoredVersion } from '../../store/store.ts';
import { beneficiaryRecord } from './beneficiary-record.ts';
import { RequestFault } from './dci-fault.ts';
import { groupRecord } from './group-record.ts';
import { identifierNames, memberRecord } from './member-record.ts';
import type { DciSettings, PeerSettings } from './peer-settings.ts';
import { type DciQuery, readQuery } from './query.ts';
import { RESOURCE_TYPES, type Register } from './register.ts';
import { attributesOf, purposeOf, type SearchRequest } from './search-request.ts';

/** What a search is answered with, beside what it asks for. */
export interface SearchContext {
  settings: Pick<DciSettings, 'identifierTypes'>;
  peer: PeerSettings;
  /** The server as the peer may see it, for a purpose. */
  depsFor: (purpose: string | undefined) => Deps;
  /** Is told of whom something was told. */
  noteShown: (patientIds: readonly string[]) => void;
}

/** Records that can be paged through; who wants more asks for less at a time. */
const MOST_RECORDS = 10_000;
const MOST_MEMBERS = 200;

const SORTED_BY: Readonly<Record<string, SortKey>> = {
  last_update: { kind: 'lastUpdated', parameter: '_lastUpdated', descending: false },
  birth_date: { kind: 'date', parameter: 'birthdate', descending: false },
  surname: { kind: 'string', parameter: 'family', descending: false },
};

const sortOf = ({ sort }: JsonObject, register: Register): SortKey[] => {
  if (sort === undefined) return [];
  const list = Array.isArray(sort) ? sort : [sort];
  return list.map(each => {
    const { attribute_name: name = '', sort_order: order = 'asc' } = isJsonObject(each) ? each : {};
    const isKnown = typeof name === 'string' && Object.hasOwn(SORTED_BY, name);
    const isOfRegister = register === 'Member' || name === 'last_update';
    if (!isKnown || !isOfRegister || (order !== 'asc' && order !== 'desc')) {
      throw new RequestFault('sort.invalid', `Sorted by ${Object.keys(SORTED_BY).join(', ')}, asc or desc.`);
    }
    return { ...SORTED_BY[name]!, descending: order === 'desc' };
  });
};

/** What a peer is not shown it does not search by either. */
const requireShown = (deps: Deps, { register, parameters }: DciQuery): void => {
  const shown = searchSettings(deps, RESOURCE_TYPES[register]).parametersOf(RESOURCE_TYPES[register]);
  for (const parameter of parameters) {
    if (!parameter.startsWith('_') && shown?.has(parameter) !== true) {
      throw new RequestFault('filter.invalid', 'This system may not search by one of these attributes.');
    }
  }
};

/** Pages are counted, and read one after the other: what comes before the one that is asked for is passed over. */
const pageOf = async (deps: Deps, query: SearchQuery, number: number): Promise<Page> => {
  if (number * query.count > MOST_RECORDS) {
    throw new RequestFault(
      'search.too_many_records_found',
      `Pages reach as far as ${MOST_RECORDS} records. Narrow the search, by last_update for example.`,
    );
  }
  const first = await deps.store.search({ ...query, total: 'accurate' });
  let page = first;
  for (let passed = 1; passed < number; passed++) {
    if (page.next === undefined) return { ...first, versions: [] };
    page = await deps.store.search({ ...query, total: 'none' }, page.next);
  }
  return { ...first, versions: page.versions };
};

const resourceOf = <Type>({ body }: StoredVersion): Type => JSON.parse(body) as Type;

/** What makes records for one search; of persons that the peer may not see nothing is told. */
const createRecords = ({ settings, peer }: SearchContext, deps: Deps, criteria: JsonObject) => {
  const names = identifierNames(settings.identifierTypes);
  const shown = new Set<string>();
  const attributes = (register: Register): ReadonlySet<string> => attributesOf(criteria, peer.attributes[register]);
  const memberAttributes = new Set(peer.attributes.Member);

  const patientOf = async (reference: string | undefined): Promise<Patient | undefined> => {
    const target = reference === undefined ? undefined : parseReference(reference, deps.settings.baseUrl);
    if (target?.kind !== 'local' || target.resourceType !== 'Patient') return undefined;
    const version = await deps.store.read({ resourceType: 'Patient', id: target.id });
    return version === undefined || version.method === 'DELETE' ? undefined : resourceOf<Patient>(version);
  };
  const ofPatient = (patient: Patient, told: ReadonlySet<string> = memberAttributes): JsonObject => {
    shown.add(patient.id!);
    return memberRecord(patient, told, names);
  };
  const ofGroup = async (group: Group): Promise<JsonObject> => {
    const told = attributes('Group');
    const members: JsonObject[] = [];
    for (const { entity } of told.has('member_list') ? (group.member ?? []).slice(0, MOST_MEMBERS) : []) {
      const patient = await patientOf(entity.reference);
      if (patient !== undefined) members.push(ofPatient(patient));
    }
    return groupRecord(group, members, { attributes: told, names });
  };
  const ofCoverage = async (coverage: Coverage): Promise<JsonObject> => {
    const patient = await patientOf(coverage.beneficiary.reference);
    const told = attributes('Beneficiary');
    const member = patient === undefined || !told.has('member') ? {} : ofPatient(patient);
    if (patient !== undefined) shown.add(patient.id!);
    return beneficiaryRecord(coverage, { patient, member, attributes: told });
  };
  return {
    shown,
    of: async (register: Register, version: StoredVersion): Promise<JsonObject> => {
      if (register === 'Group') return ofGroup(resourceOf(version));
      if (register === 'Beneficiary') return ofCoverage(resourceOf(version));
      return ofPatient(resourceOf(version), attributes('Member'));
    },
  };
};

const find = async (context: SearchContext, request: SearchRequest): Promise<JsonObject> => {
  const { criteria, pageNumber } = request;
  const deps = context.depsFor(purposeOf(criteria, context.peer.purposes));
  const { timeZone, pageSize: usual } = deps.settings;
  const { identifierTypes } = context.settings;
  const asked = readQuery(criteria, { identifierTypes, timeZone, now: deps.now() });
  requireShown(deps, asked);
  const { register } = asked;
  const count = request.pageSize ?? usual;
  const query: SearchQuery = {
    ...{ resourceType: RESOURCE_TYPES[register], where: asked.where, sort: sortOf(criteria, register), count },
    total: 'accurate',
  };
  requireSearchable(deps, query);
  const page = await pageOf(deps, query, pageNumber);
  const records = createRecords(context, deps, criteria);
  const told: JsonObject[] = [];
  for (const version of page.versions) told.push(await records.of(register, version));
  context.noteShown([...records.shown]);
  const registryType = register === 'Beneficiary' ? 'ns:org:RegistryType:IBR' : 'ns:org:RegistryType:Social';
  return {
    status: 'succ',
    data: { version: '1.0.0', reg_type: registryType, reg_record_type: register, reg_records: told },
    pagination: { page_size: count, page_number: pageNumber, total_count: page.total ?? told.length },
  };
};

/** Answers one search, or says why it is not answered: as `search_response` has it. */
export const runSearch = async (context: SearchContext, request: SearchRequest, now: number): Promise<JsonObject> => {
  const head = { reference_id: request.referenceId, timestamp: formatInstant(now) };
  try {
    return { ...head, ...(await find(context, request)) };
  } catch (error) {
    if (error instanceof RequestFault) {
      return { ...head, status: 'rjct', status_reason_code: error.reason, status_reason_message: error.message };
    }
    if (error instanceof FhirError && error.status < 500) {
      const [issue] = error.issues;
      const message = issue!.diagnostics.slice(0, 999);
      return {
        ...head,
        status: 'rjct',
        status_reason_code: 'rjct.search_criteria.invalid',
        status_reason_message: message,
      };
    }
    throw error;
  }
};
