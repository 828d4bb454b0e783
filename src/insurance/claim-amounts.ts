import type { Claim, ClaimItem, Money } from 'fhir/r4.js';
import { minorUnits } from '../fhir/currency.ts';
import { addDecimals, type Decimal, decimalOf, formatDecimal, multiplyDecimals, ZERO } from '../fhir/decimal.ts';
import { rawNumber } from '../fhir/exact-json.ts';

/** What one line asks for: `unit` times `quantity`. */
export interface LineAmount {
  unit: Decimal;
  quantity: Decimal;
}

const ONE = decimalOf(1);

/**
 * The asked amount of a line: its unit price times its quantity (absent: 1), and times its factor, which becomes part of the unit.
 * A line without a unit price asks for its net amount once. Undefined where it has neither.
 * https://hl7.org/fhir/R4/claim-definitions.html#Claim.item.net
 */
export const lineAmount = (line: ClaimItem): LineAmount | undefined => {
  if (line.unitPrice?.value === undefined) {
    return line.net?.value === undefined ? undefined : { unit: decimalOf(line.net.value), quantity: ONE };
  }
  const price = decimalOf(line.unitPrice.value);
  const unit = line.factor === undefined ? price : multiplyDecimals(price, decimalOf(line.factor));
  return { unit, quantity: decimalOf(line.quantity?.value ?? 1) };
};

/** Exact sum of what the lines ask for. */
export const sumOfLines = (claim: Claim): Decimal => {
  let sum = ZERO;
  for (const line of claim.item ?? []) {
    const amount = lineAmount(line);
    if (amount !== undefined) sum = addDecimals(sum, multiplyDecimals(amount.unit, amount.quantity));
  }
  return sum;
};

/** All amounts that count for the claim, with where they stand. */
export const claimAmounts = (claim: Claim): { expression: string; amount: Money }[] => {
  const amounts: { expression: string; amount: Money }[] = [];
  (claim.item ?? []).forEach((line, index) => {
    if (line.unitPrice !== undefined) {
      amounts.push({ expression: `Claim.item[${index}].unitPrice`, amount: line.unitPrice });
    }
    if (line.net !== undefined) amounts.push({ expression: `Claim.item[${index}].net`, amount: line.net });
  });
  if (claim.total !== undefined) amounts.push({ expression: 'Claim.total', amount: claim.total });
  return amounts;
};

/** A decimal as JSON prints it, with at least that many digits after the point. */
export const printedDecimal = (value: Decimal, minFractionDigits = 0): number => {
  const text = formatDecimal(value, minFractionDigits);
  const number = Number(text);
  return String(number) === text ? number : (rawNumber(text) as unknown as number);
};

/** An amount with at least the minor unit of its currency (ISO 4217): 10.5 USD is 10.50, 10.505 USD stays. */
export const money = (value: Decimal, currency: string): Money => ({
  value: printedDecimal(value, minorUnits(currency)),
  currency: currency as NonNullable<Money['currency']>,
});
