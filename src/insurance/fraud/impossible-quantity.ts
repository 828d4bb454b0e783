import { addDays, type Day } from '../../fhir/calendar.ts';
import { compareDecimals, type Decimal, decimalOf, formatDecimal } from '../../fhir/decimal.ts';
import type { CatalogEntry } from '../adjudication/scheme.ts';
import type { FraudRule } from './fraud-signal.ts';

/** Days from the first to the last, both counted, up to a year. */
const daysOfStay = (start: Day, end: Day): number => {
  let days = 1;
  for (let day = start; day < end && days < 366; day = addDays(day, 1)) days++;
  return days;
};

/** How often a service can have been given: one delivery, and one consultation, surgery or antenatal visit a day. */
const mostOf = ({ kind, category }: CatalogEntry, days: number): number | undefined => {
  if (kind !== 'service') return undefined;
  if (category === 'D') return 1;
  return category === 'C' || category === 'S' || category === 'A' ? days : undefined;
};

const isMore = (quantity: Decimal, most: number): boolean => compareDecimals(quantity, decimalOf(most)) > 0;

/** More of a service than can have been given in the days of the claim. */
export const impossibleQuantity: FraudRule = ({ toJudge, day }) => {
  const days = daysOfStay(toJudge.start ?? day, day);
  const impossible = toJudge.lines.flatMap(({ code, quantity, sequence }) => {
    const entry = toJudge.catalog.get(code);
    const most = entry && mostOf(entry, days);
    if (most === undefined || !isMore(quantity, most)) return [];
    return [`line ${sequence} claims ${formatDecimal(quantity)} of ${code}, at most ${most} can be given`];
  });
  if (impossible.length === 0) return undefined;
  const text = `In ${days} ${days === 1 ? 'day' : 'days'} ${impossible.join('; ')}.`;
  return { rule: 'impossible-quantity', text, details: [] };
};
