import { isJsonObject } from '../fhir/resource.ts';

const zoned = /[Z+-]/;

/** The earliest and the latest millisecond that a date or dateTime may mean; a date without zone may lie in any zone. */
function bounds(text: string): [earliest: number, latest: number] {
  if (text.length > 10 && zoned.test(text.slice(10))) {
    // JavaScript has no leap second.
    const instant = Date.parse(text.replace(/:60/, ':59'));
    return [instant, instant + 999];
  }
  const [year, month, day] = text.split('-').map(Number);
  const from = Date.UTC(2000, (month ?? 1) - 1, day ?? 1);
  const start = new Date(from);
  start.setUTCFullYear(year!, (month ?? 1) - 1, day ?? 1);
  const end = new Date(start);
  if (day !== undefined) end.setUTCDate(end.getUTCDate() + 1);
  else if (month !== undefined) end.setUTCMonth(end.getUTCMonth() + 1);
  else end.setUTCFullYear(end.getUTCFullYear() + 1);
  const hour = 3_600_000;
  return [start.getTime() - 14 * hour, end.getTime() - 1 + 12 * hour];
}

/**
 * Whether a Period's start is not after its end (per-1). The end includes all that matches it: a period may start at
 * 2012-02-03T10:00:00Z and end on 2012-02-03. https://hl7.org/fhir/R4/datatypes.html#Period
 */
export function isPeriodInOrder(value: unknown): boolean {
  if (!isJsonObject(value)) return true;
  const { start, end } = value;
  if (typeof start !== 'string' || typeof end !== 'string') return true;
  if (start.length <= 10 && end.length <= 10) {
    const length = Math.min(start.length, end.length);
    return start.slice(0, length) <= end.slice(0, length);
  }
  const earliest = bounds(start)[0];
  const latest = bounds(end)[1];
  return !(earliest > latest);
}
