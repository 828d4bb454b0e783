import { isJsonObject, type JsonObject } from '../../fhir/resource.ts';
import { isDciId, MOST_REQUESTS, readInstant } from './check-header.ts';
import { DciFault, headerFault, RequestFault } from './dci-fault.ts';

/** One search of a message; whether its criteria are any is judged when it is answered. */
export interface SearchRequest {
  referenceId: string;
  criteria: JsonObject;
  pageSize?: number;
  pageNumber: number;
}

/** What is searched for in one transaction. */
export interface SearchMessage {
  transactionId: string;
  requests: readonly SearchRequest[];
}

const MOST_PAGE = 1000;
const LOCALE = /^[a-z]{3}$/;

const bad = (text: string): DciFault => new DciFault('err.request.bad', text);

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;

const readPagination = (given: unknown): Pick<SearchRequest, 'pageSize' | 'pageNumber'> => {
  if (given === undefined) return { pageNumber: 1 };
  const { page_size: pageSize, page_number: pageNumber = 1 } = isJsonObject(given) ? given : {};
  if (isCount(pageSize, MOST_PAGE) && isCount(pageNumber, 1_000_000)) return { pageSize, pageNumber };
  throw bad(`pagination has page_size, from 1 to ${MOST_PAGE}, and page_number, from 1.`);
};

const readRequest = (given: unknown): SearchRequest => {
  const request = isJsonObject(given) ? given : {};
  const { reference_id: referenceId, timestamp, search_criteria: criteria, locale = 'eng' } = request;
  if (!isDciId(referenceId)) throw bad('reference_id of a search is a text of 1 to 99 characters.');
  if (readInstant(timestamp) === undefined) throw bad('timestamp of a search is a time with a zone.');
  if (typeof locale !== 'string' || !LOCALE.test(locale)) throw bad('locale is a code of ISO 639-3, like eng.');
  if (!isJsonObject(criteria)) throw bad('A search has search_criteria.');
  // The specification has it in the criteria; samples have it beside them.
  return { referenceId, criteria, ...readPagination(criteria.pagination ?? request.pagination) };
};

/** The id of the transaction that a message belongs to. @throws {DciFault} */
export const transactionOf = ({ transaction_id: transactionId }: JsonObject): string => {
  if (isDciId(transactionId)) return transactionId;
  throw bad('transaction_id is a text of 1 to 99 characters.');
};

/**
 * Reads the message of a search.
 * @throws {DciFault} where it is none; what a single search asks for is not judged here
 */
export const readSearchMessage = (message: JsonObject, totalCount: number): SearchMessage => {
  const transactionId = transactionOf(message);
  const { search_request: list } = message;
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_REQUESTS) {
    throw bad(`search_request is a list of 1 to ${MOST_REQUESTS} searches.`);
  }
  if (list.length !== totalCount) {
    throw headerFault('total_count.invalid', 'total_count is the number of searches in the message.');
  }
  return { transactionId, requests: list.map(readRequest) };
};

const codeOf = (given: unknown): string | undefined => {
  const { purpose } = isJsonObject(given) ? given : {};
  const { code } = isJsonObject(purpose) ? purpose : {};
  return typeof code === 'string' ? code : undefined;
};

/**
 * What a search is made for, by its consent or its authorization; undefined where nothing is agreed that it must be.
 * @throws {RequestFault} for another purpose than those agreed
 */
export const purposeOf = ({ consent, authorize }: JsonObject, purposes: readonly string[]): string | undefined => {
  if (purposes.length === 0) return undefined;
  const code = codeOf(consent) ?? codeOf(authorize);
  if (code !== undefined && purposes.includes(code)) return code;
  throw new RequestFault(
    'search_criteria.invalid',
    `consent or authorize must name a purpose by its code: ${purposes.join(', ')}.`,
  );
};

/** Of what is agreed, what a search asks for by `attributes`; all of it where it does not say. */
export const attributesOf = ({ attributes }: JsonObject, agreed: readonly string[]): ReadonlySet<string> => {
  if (attributes === undefined) return new Set(agreed);
  if (!Array.isArray(attributes)) throw new RequestFault('search_criteria.invalid', 'attributes is a list of names.');
  return new Set(agreed.filter(name => attributes.includes(name)));
};
