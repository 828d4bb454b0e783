import type { Claim, ClaimItem, Money } from 'fhir/r4.js';
import { minorUnits } from '../fhir/currency.ts';
import { addDecimals, type Decimal, decimalOf, formatDecimal, multiplyDecimals, ZERO } from '../fhir/decimal.ts';
import { rawNumber } from '../fhir/exact-json.ts';

/** What one line asks for: `unit` times `quantity` is `asked`. */
export interface LineAmount {
  unit: Decimal;
  quantity: Decimal;
  asked: Decimal;
}

const ONE = decimalOf(1);

const unitOf = (line: ClaimItem): Decimal | undefined => {
  if (line.unitPrice?.value === undefined) return undefined;
  const price = decimalOf(line.unitPrice.value);
  return line.factor === undefined ? price : multiplyDecimals(price, decimalOf(line.factor));
};

/**
 * The asked amount of a line: its unit price times its quantity (absent: 1), and times its factor, which becomes part of the unit.
 * A line without a unit price asks for its net amount once, and for nothing where it has neither.
 * https://hl7.org/fhir/R4/claim-definitions.html#Claim.item.net
 */
export const lineAmount = (line: ClaimItem): LineAmount => {
  const unit = unitOf(line);
  if (unit === undefined) {
    const net = line.net?.value === undefined ? ZERO : decimalOf(line.net.value);
    return { unit: net, quantity: ONE, asked: net };
  }
  const quantity = line.quantity?.value === undefined ? ONE : decimalOf(line.quantity.value);
  return { unit, quantity, asked: multiplyDecimals(unit, quantity) };
};

/** Exact sum of what the lines ask for. */
export const sumOfLines = (lines: readonly LineAmount[]): Decimal => {
  let sum = ZERO;
  for (const { asked } of lines) sum = addDecimals(sum, asked);
  return sum;
};

/** An amount that counts for a claim: of the line with that index, or the claim's total. */
export interface ClaimAmount {
  amount: Money;
  element: 'unitPrice' | 'net' | 'total';
  line?: number;
}

/** All amounts that count for the claim, in document order. */
export const claimAmounts = (claim: Claim): ClaimAmount[] => {
  const amounts: ClaimAmount[] = [];
  claim.item?.forEach(({ unitPrice, net }, line) => {
    if (unitPrice !== undefined) amounts.push({ amount: unitPrice, element: 'unitPrice', line });
    if (net !== undefined) amounts.push({ amount: net, element: 'net', line });
  });
  if (claim.total !== undefined) amounts.push({ amount: claim.total, element: 'total' });
  return amounts;
};

/** Where an amount stands, as FHIRPath: `Claim.item[0].unitPrice`. */
export const expressionOf = ({ element, line }: ClaimAmount): string =>
  line === undefined ? `Claim.${element}` : `Claim.item[${line}].${element}`;

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
