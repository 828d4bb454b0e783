import { BEGINNING_OF_TIME, END_OF_TIME, parseDateRange } from '../../fhir/datetime.ts';
import { isJsonObject, type Json } from '../../fhir/resource.ts';
import { unescapeValue } from '../escape.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { DateRange, Prefix, RangeValue } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { ParameterUse, SearchContext, SearchType } from '../search-type.ts';

/** https://hl7.org/fhir/R4/search.html#date */
export const dateType: SearchType = {
  modifiers: [],
  hasPrefixes: true,
  parse(use) {
    return { kind: 'date', parameter: use.parameter.code, anyOf: parseDates(use) };
  },
  entries: {
    date: addDate,
    dateTime: addDate,
    instant: addDate,
    Period: (value, parameter, entries, { timeZone }) => addRange(periodRange(value, timeZone), parameter, entries),
    Timing: (value, parameter, entries, { timeZone }) => addRange(timingRange(value, timeZone), parameter, entries),
  },
};

/** The values of a date parameter. `_lastUpdated` is read by the same rules. */
export function parseDates(use: ParameterUse): RangeValue[] {
  if (use.modifier !== undefined) throw refuseModifier(use, []);
  return use.values.map(value => {
    const text = unescapeValue(value);
    const prefix = /^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)/.exec(text)?.[0] as Prefix | undefined;
    // An unencoded "+" of a zone arrives as a space.
    const date = text.slice(prefix?.length ?? 0).replace(/ (?=\d\d:\d\d$)/, '+');
    const range = parseDateRange(date, use.timeZone);
    if (range === undefined) {
      throw refuseValue(
        use,
        'a date (2024, 2024-02, 2024-02-29, 2024-02-29T10:15:00Z), with a prefix or without (ge2024-02-29)',
      );
    }
    return prefix === 'ap' ? { prefix, ...approximate(range, use.now) } : { prefix: prefix ?? 'eq', ...range };
  });
}

/** Widened on both sides by a tenth of the time between the date and now, as the specification recommends. */
const approximate = ({ low, high }: DateRange, now: number): DateRange => ({
  low: low - Math.round(Math.abs(now - low) / 10),
  high: high + Math.round(Math.abs(now - high) / 10),
});

function addDate(value: Json, parameter: string, entries: IndexEntry[], { timeZone }: SearchContext): void {
  addRange(rangeOf(value, timeZone), parameter, entries);
}

function addRange(range: DateRange | undefined, parameter: string, entries: IndexEntry[]): void {
  if (range !== undefined) entries.push({ kind: 'date', parameter, low: range.low, high: range.high });
}

const rangeOf = (value: Json | undefined, timeZone: string): DateRange | undefined =>
  typeof value === 'string' ? parseDateRange(value, timeZone) : undefined;

function periodRange(value: Json | undefined, timeZone: string): DateRange | undefined {
  if (!isJsonObject(value)) return undefined;
  const start = rangeOf(value.start, timeZone);
  const end = rangeOf(value.end, timeZone);
  if (start === undefined && end === undefined) return undefined;
  return { low: start?.low ?? BEGINNING_OF_TIME, high: end?.high ?? END_OF_TIME };
}

/** Only the outer limits of a schedule count. https://hl7.org/fhir/R4/search.html#date */
function timingRange(value: Json, timeZone: string): DateRange | undefined {
  if (!isJsonObject(value)) return undefined;
  const bounds = isJsonObject(value.repeat) ? periodRange(value.repeat.boundsPeriod, timeZone) : undefined;
  const ranges = bounds === undefined ? [] : [bounds];
  for (const event of Array.isArray(value.event) ? value.event : []) {
    const range = rangeOf(event, timeZone);
    if (range !== undefined) ranges.push(range);
  }
  if (ranges.length === 0) return undefined;
  return {
    low: ranges.reduce((low, range) => Math.min(low, range.low), END_OF_TIME),
    high: ranges.reduce((high, range) => Math.max(high, range.high), BEGINNING_OF_TIME),
  };
}
