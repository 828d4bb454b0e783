import { formatInstant } from '../../fhir/datetime.ts';
import { FhirError } from '../../fhir/fhir-error.ts';
import { isJsonObject, type JsonObject } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import { requireSearchable } from '../../interactions/require-rows.ts';
import { searchSettings } from '../../interactions/search-settings.ts';
import type { SearchQuery, SortKey } from '../../search/query.ts';
import type { Page } from '../../store/store.ts';
import { RequestFault } from './dci-fault.ts';
import { type DciQuery, readQuery } from './query.ts';
import { createRecords, type SearchContext } from './records.ts';
import { RESOURCE_TYPES, type Register } from './register.ts';
import { purposeOf, type SearchRequest } from './search-request.ts';

/** Records that can be paged through; who wants more asks for less at a time. */
const MOST_RECORDS = 10_000;

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

/** A search that a peer may make, and the server as it is for that. */
export interface JudgedSearch {
  deps: Deps;
  register: Register;
  query: SearchQuery;
}

/**
 * Judges what a peer asks for.
 * @throws {RequestFault} for what cannot be asked here, {FhirError} 403 for what the role of the peer may not search
 */
export const judgeSearch = (context: SearchContext, criteria: JsonObject): JudgedSearch => {
  const deps = context.depsFor(purposeOf(criteria, context.peer.purposes));
  const { timeZone, pageSize: count } = deps.settings;
  const { identifierTypes } = context.settings;
  const asked = readQuery(criteria, { identifierTypes, timeZone, now: deps.now() });
  requireShown(deps, asked);
  const { register, where } = asked;
  const resourceType = RESOURCE_TYPES[register];
  const query: SearchQuery = { resourceType, where, sort: sortOf(criteria, register), count, total: 'accurate' };
  requireSearchable(deps, query);
  return { deps, register, query };
};

/** Why a search is not answered, with DCI's reason. @throws what is none */
export const reasonOf = (error: unknown): { reason: string; text: string } => {
  if (error instanceof RequestFault) return { reason: error.reason, text: error.message };
  if (!(error instanceof FhirError) || error.status >= 500) throw error;
  return { reason: 'rjct.search_criteria.invalid', text: error.issues[0]!.diagnostics.slice(0, 999) };
};

/** The registry of DCI's that a register is a part of. */
export const registryTypeOf = (register: Register): string =>
  register === 'Beneficiary' ? 'ns:org:RegistryType:IBR' : 'ns:org:RegistryType:Social';

const find = async (context: SearchContext, request: SearchRequest): Promise<JsonObject> => {
  const { criteria, pageNumber } = request;
  const { deps, register, query: usual } = judgeSearch(context, criteria);
  const count = request.pageSize ?? usual.count;
  const query = { ...usual, count };
  const page = await pageOf(deps, query, pageNumber);
  const records = createRecords(context, deps, criteria);
  const told: JsonObject[] = [];
  for (const version of page.versions) told.push(await records.of(register, version));
  context.noteShown([...records.shown]);
  return {
    status: 'succ',
    data: { version: '1.0.0', reg_type: registryTypeOf(register), reg_record_type: register, reg_records: told },
    pagination: { page_size: count, page_number: pageNumber, total_count: page.total ?? told.length },
  };
};

/** Answers one search, or says why it is not answered: as `search_response` has it. */
export const runSearch = async (context: SearchContext, request: SearchRequest, now: number): Promise<JsonObject> => {
  const head = { reference_id: request.referenceId, timestamp: formatInstant(now) };
  try {
    return { ...head, ...(await find(context, request)) };
  } catch (error) {
    const { reason, text } = reasonOf(error);
    return { ...head, status: 'rjct', status_reason_code: reason, status_reason_message: text };
  }
};
