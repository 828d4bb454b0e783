import type { Claim } from 'fhir/r4.js';
import { addDecimals, compareDecimals, type Decimal, decimalOf, formatDecimal, ZERO } from '../fhir/decimal.ts';
import type { Issue } from '../fhir/issue.ts';
import { lineAmount } from './claim-amounts.ts';
import { claimables } from './claim-lookups.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { kiungoExtension } from './kiungo-codes.ts';
import { type Claimable, claimedName, namesOfLine } from './set-up/read-asked-claim.ts';
import { say } from './texts/say.ts';

/** The principal one and four more, as openIMIS takes them. */
const MOST_DIAGNOSES = 5;

const judgeDiagnoses = ({ diagnosis = [] }: Claim): Issue[] =>
  diagnosis.length <= MOST_DIAGNOSES
    ? []
    : [
        refusal(
          'claim-diagnoses-too-many',
          `Claim.diagnosis[${MOST_DIAGNOSES}]`,
          say('claim-diagnoses-too-many', { most: MOST_DIAGNOSES }),
        ),
      ];

/** The most of something that one claim may have; undefined where the register sets none. */
const maximumOf = ({ extension = [] }: Claimable): Decimal | undefined => {
  const value = extension.find(({ url }) => url === kiungoExtension('maximum-quantity'))?.valueDecimal;
  return value === undefined ? undefined : decimalOf(value);
};

const judgeQuantities = (claim: Claim, found: readonly Claimable[]): Issue[] => {
  const maxima = new Map<string, Decimal>();
  for (const claimable of found) {
    const most = maximumOf(claimable);
    if (most !== undefined) maxima.set(`${claimable.resourceType}/${claimable.id}`, most);
  }
  if (maxima.size === 0) return [];
  const sums = new Map<string, Decimal>();
  return (claim.item ?? []).flatMap((item, index) => {
    const name = claimedName(namesOfLine(item), found);
    const most = name === undefined ? undefined : maxima.get(name);
    if (name === undefined || most === undefined) return [];
    const before = sums.get(name) ?? ZERO;
    const sum = addDecimals(before, lineAmount(item).quantity);
    sums.set(name, sum);
    // Told once, at the line that goes beyond it.
    if (compareDecimals(sum, most) <= 0 || compareDecimals(before, most) > 0) return [];
    const told = { most: formatDecimal(most), quantity: formatDecimal(sum) };
    const at = `Claim.item[${index}].quantity`;
    return [refusal('claim-quantity-above-maximum', at, say('claim-quantity-above-maximum', told))];
  });
};

/** Refusals of a claim that cannot be entered where it is judged here, whatever its lines come to. */
export const judgeEntry = (claim: Claim, { found }: InsuranceContext): Issue[] =>
  // What another system judges is not looked up.
  found.provider === undefined ? [] : [...judgeDiagnoses(claim), ...judgeQuantities(claim, claimables(found))];
