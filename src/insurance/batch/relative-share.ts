import type { Contract, ContractTermAsset, Extension } from 'fhir/r4.js';
import { type Day, daysBetween } from '../../fhir/calendar.ts';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimalOf,
  divideDecimals,
  multiplyDecimals,
  ZERO,
} from '../../fhir/decimal.ts';
import { coveredDays } from '../coverage-in-force.ts';
import { targetOf } from '../insured-reference.ts';
import { codeOf } from '../kiungo-codes.ts';
import { OPENIMIS } from '../openimis-codes.ts';
import type { Distribution } from './plan-distribution.ts';

/** Digits after the point that shares of contributions are kept with until the index is known. */
const DIGITS = 12;
/** Digits of the index. */
const INDEX_DIGITS = 4;

/** What of an amount that is paid for cover from `effective` to `expiry` falls into a period: by days, first and last day counted. */
export const allocate = (
  amount: Decimal,
  { effective, expiry }: { effective: Day; expiry: Day },
  { first, last }: Pick<Distribution, 'first' | 'last'>,
): Decimal => {
  const from = effective > first ? effective : first;
  const to = expiry < last ? expiry : last;
  if (from > to || effective > expiry) return ZERO;
  const inside = decimalOf(daysBetween(from, to) + 1);
  return divideDecimals(multiplyDecimals(amount, inside), decimalOf(daysBetween(effective, expiry) + 1), DIGITS);
};

const PREMIUM = `${OPENIMIS}/StructureDefinition/contract-premium`;

const partOf = ({ extension = [] }: Extension, url: string): Extension | undefined =>
  extension.find(part => part.url === url);

/** Contributions of an asset, fees for photographs left out. */
const contributionsOf = ({ extension = [] }: ContractTermAsset): Decimal[] =>
  extension
    .filter(each => each.url === PREMIUM && codeOf(partOf(each, 'category')?.valueCodeableConcept) !== 'P')
    .flatMap(each => {
      const amount = partOf(each, 'amount')?.valueMoney?.value;
      return amount === undefined ? [] : [decimalOf(amount)];
    });

/** What of the contributions of a policy for the product (`InsurancePlan/id`) falls into the period; nothing for one that is not in force. */
export const allocatedOf = (
  contract: Contract,
  plan: string,
  distribution: Distribution,
  timeZone: string,
): Decimal => {
  if (contract.status !== 'executed') return ZERO;
  let sum = ZERO;
  for (const asset of (contract.term ?? []).flatMap(term => term.asset ?? [])) {
    if (!asset.valuedItem?.some(({ entityReference }) => targetOf(entityReference) === plan)) continue;
    const { first, last } = coveredDays((asset.usePeriod ?? asset.period)?.[0], timeZone);
    for (const amount of contributionsOf(asset)) {
      sum = addDecimals(sum, allocate(amount, { effective: first, expiry: last }, distribution));
    }
  }
  return sum;
};

/** What relative prices have to share. */
export const fundOf = (allocated: Decimal, { percent }: Pick<Distribution, 'percent'>): Decimal =>
  multiplyDecimals(multiplyDecimals(allocated, percent), decimalOf('0.01'));

/** What a nominal value is worth: fund by sum of nominal values, four digits, half up; 1 where nothing is to be shared out. */
export const relativeIndex = (fund: Decimal, nominal: Decimal): Decimal =>
  compareDecimals(nominal, ZERO) === 0 ? decimalOf('1.0000') : divideDecimals(fund, nominal, INDEX_DIGITS);
