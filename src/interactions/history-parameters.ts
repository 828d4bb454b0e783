import { parseDateRange } from '../fhir/datetime.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { HistoryQuery } from '../store/store.ts';
import type { Settings } from './context.ts';
import { CURSOR } from './pages-of.ts';

type Parameters = readonly (readonly [name: string, value: string])[];

/** The parameters of a history as they were understood. */
export interface HistoryParameters {
  asked: Omit<HistoryQuery, 'of'>;
  /** As they were applied, for the links: a clamped `_count` is told. */
  used: Parameters;
  cursor: string | undefined;
}

const PASSED_OVER = ['_format', '_pretty'];
const PLUS = 'Write the + of a time zone as %2B in a URL';

const readCount = (text: string, maxPageSize: number): number => {
  if (!/^\d{1,9}$/.test(text))
    throw refuse('search-parameter-invalid', '_count must be a whole number, like _count=20.');
  return Math.min(Number(text), maxPageSize);
};

const readSince = (text: string): number => {
  const isInstant = /T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const range = isInstant ? parseDateRange(text) : undefined;
  if (range !== undefined) return range.low;
  throw refuse(
    'search-parameter-invalid',
    `_since must be an instant, to the second and with a time zone, like _since=2026-11-24T08:00:00Z. ${PLUS}.`,
  );
};

const readAt = (text: string, timeZone: string): NonNullable<HistoryQuery['at']> => {
  const range = parseDateRange(text, timeZone);
  if (range !== undefined) return range;
  throw refuse(
    'search-parameter-invalid',
    `_at must be a date or a dateTime without a prefix, like _at=2026-11 or _at=2026-11-24T08:00:00Z. ${PLUS}.`,
  );
};

const readSort = (text: string): boolean => {
  if (text === '_lastUpdated') return true;
  if (text === '-_lastUpdated' || text === 'none') return false;
  throw refuse(
    'search-parameter-invalid',
    '_sort of a history must be -_lastUpdated (newest first, as it is without _sort), _lastUpdated (oldest first) or none.',
  );
};

/**
 * Reads the parameters of a history.
 * @throws {FhirError} 400 `search-parameter-unknown` for one that histories do not have, 400 `search-parameter-invalid` for a value that
 * is wrong or a parameter that is given twice
 * https://hl7.org/fhir/R4/http.html#history
 */
export const readHistoryParameters = (
  parameters: Parameters,
  { pageSize, maxPageSize, timeZone }: Pick<Settings, 'pageSize' | 'maxPageSize' | 'timeZone'>,
): HistoryParameters => {
  const asked: HistoryParameters['asked'] = { count: pageSize };
  const used: [string, string][] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (const [name, value] of parameters) {
    if (PASSED_OVER.includes(name)) continue;
    if (seen.has(name)) throw refuse('search-parameter-invalid', `${name} must be given once.`);
    seen.add(name);
    switch (name) {
      case CURSOR:
        cursor = value;
        continue;
      case '_count':
        asked.count = readCount(value, maxPageSize);
        used.push([name, String(asked.count)]);
        continue;
      case '_since':
        asked.since = readSince(value);
        break;
      case '_at':
        asked.at = readAt(value, timeZone);
        break;
      case '_sort':
        asked.oldestFirst = readSort(value);
        break;
      default:
        throw refuse(
          'search-parameter-unknown',
          `This _history does not take ${name}. Histories take _count, _since, _at and _sort; those of a resource or a type also _summary and _elements.`,
        );
    }
    used.push([name, value]);
  }
  return { asked, used, cursor };
};
