import type { Extension, InsurancePlan } from 'fhir/r4.js';
import { addDays, addMonths, type Day } from '../../fhir/calendar.ts';
import { type Decimal, decimalOf } from '../../fhir/decimal.ts';
import { kiungoExtension } from '../kiungo-codes.ts';

/** Which claims a batch run values. */
export type RunCare = 'hospital' | 'non-hospital' | 'both';

/** What part of a period's contributions pays for relative prices. First and last day are in the period. */
export interface Distribution {
  care: RunCare;
  first: Day;
  last: Day;
  /** Of the contributions, from 0 to 100. */
  percent: Decimal;
}

const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };
const CARE: readonly RunCare[] = ['hospital', 'non-hospital', 'both'];

const partOf = ({ extension = [] }: Extension, url: string): Extension | undefined =>
  extension.find(part => part.url === url);

/**
 * The distribution of a product that is due at the end of a month (`YYYY-MM`): that of the month, or of the quarter or year that ends with it.
 * Undefined where the product has none for that care. The months, quarters or years are counted within the year, from 1.
 */
export const distributionOf = (plan: InsurancePlan, month: string, care: RunCare): Distribution | undefined => {
  const number = Number(month.slice(5, 7));
  for (const each of plan.extension ?? []) {
    if (each.url !== kiungoExtension('plan-distribution')) continue;
    const months = MONTHS[partOf(each, 'type')?.valueCode ?? ''];
    const told = partOf(each, 'care')?.valueCode ?? 'both';
    const percent = partOf(each, 'percent')?.valueDecimal;
    if (months === undefined || percent === undefined || !CARE.some(known => known === told) || told !== care) continue;
    if (Number(partOf(each, 'period')?.valuePositiveInt) * months !== number) continue;
    const after = addMonths(`${month}-01`, 1);
    return { care, first: addMonths(after, -months), last: addDays(after, -1), percent: decimalOf(percent) };
  }
  return undefined;
};
