import type { Claim, ClaimResponse } from 'fhir/r4.js';
import { decimalOf } from '../fhir/decimal.ts';
import { plainNumber } from '../fhir/exact-json.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { sameContent } from '../fhir/same-content.ts';
import { answerClaim } from './answer-claim.ts';
import { type ClaimAmount, claimAmounts, expressionOf } from './claim-amounts.ts';
import { claimLookups } from './claim-lookups.ts';
import { isDecided } from './claim-stages.ts';
import { judgeSuccession, predecessorsOf, succeeded, successionIdentities } from './claim-succession.ts';
import { feedbackEffects } from './feedback/feedback-request.ts';
import { refusal } from './insurance-refusals.ts';
import type { Identity, InsuranceContext, InsuranceRule } from './insurance-rule.ts';
import { requireReferences, targetOf } from './insured-reference.ts';
import { judgeEntry } from './judge-entry.ts';
import { judgeReplaced } from './judge-replaced.ts';
import { businessIdentifier, CLAIM_ITEM_REFERENCE } from './openimis-codes.ts';
import { processClaim } from './process-claim.ts';
import { reverseValuation } from './reverse-valuation.ts';
import { reviewClaim } from './review-claim.ts';
import { say } from './texts/say.ts';
import { cancelClaim, isWithdrawn, judgeWithdrawal } from './withdraw-claim.ts';

const claimOf = (resource: Resource): Claim => resource as unknown as Claim;

const escaped = (part: string): string => (/[\\|]/.test(part) ? part.replaceAll(/[\\|]/g, '\\$&') : part);

/** Longest part of an identifier's value that is told. */
const MOST_TOLD = 100;

/** A claim is one claim by its provider and the identifier that the provider gave it, and corrects an earlier one alone. */
const identities = (resource: Resource): Identity[] => {
  const claim = claimOf(resource);
  const { identifier, provider } = claim;
  const succession = successionIdentities(claim);
  const given = businessIdentifier(identifier);
  if (given === undefined) return succession;
  const { system = '', value = '' } = provider?.identifier ?? {};
  const from = targetOf(provider) ?? provider?.reference ?? `${system}#${value}`;
  const key = `Claim|${escaped(from)}|${escaped(given.system ?? '')}|${escaped(given.value)}`;
  const told = `the identifier ${given.value.slice(0, MOST_TOLD)} of the same provider`;
  return [{ key, told, expression: `Claim.identifier[${identifier?.indexOf(given)}]` }, ...succession];
};

/** Digits before and after the point that amounts and quantities may have. */
const DIGITS = 18;
const TOO_LARGE = 10n ** BigInt(DIGITS);

const isShort = (value: unknown): boolean => {
  // From a hundredth to 10^15, no JavaScript number has more digits than that, and a claim seldom has others.
  if (value === undefined || (typeof value === 'number' && value >= 0.01 && value < 1e15)) return true;
  try {
    const { unscaled, scale } = decimalOf(value);
    return scale <= DIGITS && unscaled < TOO_LARGE && -unscaled < TOO_LARGE;
  } catch {
    return false;
  }
};

const judgeNumbers = (claim: Claim, amounts: readonly ClaimAmount[]): Issue[] => {
  const issues: Issue[] = [];
  const refuse = (expression: string): void => {
    issues.push(refusal('claim-number-too-long', expression, say('claim-number-too-long', { digits: DIGITS })));
  };
  for (const stated of amounts) if (!isShort(stated.amount.value)) refuse(`${expressionOf(stated)}.value`);
  claim.item?.forEach(({ quantity, factor }, index) => {
    if (!isShort(quantity?.value)) refuse(`Claim.item[${index}].quantity.value`);
    if (!isShort(factor)) refuse(`Claim.item[${index}].factor`);
  });
  return issues;
};

const judgeLines = (claim: Claim): Issue[] => {
  const seen = new Map<number, number>();
  const issues: Issue[] = [];
  claim.item?.forEach((line, index) => {
    // As a raw number, 1e0 is 1 too.
    const sequence = plainNumber(line.sequence);
    const first = seen.get(sequence);
    if (first === undefined) seen.set(sequence, index);
    else {
      issues.push(
        refusal(
          'claim-line-sequence-repeated',
          `Claim.item[${index}].sequence`,
          say('claim-line-sequence-repeated', { index: first, sequence }),
        ),
      );
    }
    if (line.unitPrice?.value === undefined && line.net?.value === undefined) {
      issues.push(refusal('claim-line-price-missing', `Claim.item[${index}]`, say('claim-line-price-missing')));
    }
  });
  return issues;
};

const judgeCurrencies = (amounts: readonly ClaimAmount[], byDefault: string): Issue[] => {
  const currency = amounts[0]?.amount.currency ?? byDefault;
  return amounts
    .filter(({ amount }) => (amount.currency ?? byDefault) !== currency)
    .map(stated =>
      refusal(
        'claim-currency-mixed',
        expressionOf(stated),
        say('claim-currency-mixed', {
          currency: stated.amount.currency ?? say('claim-currency-default', { currency: byDefault }),
          first: currency,
        }),
      ),
    );
};

const judgeReferences = (claim: Claim, baseUrl: string): Issue[] => {
  const references = [
    { expression: 'Claim.patient', reference: claim.patient, types: 'Patient/<id>' },
    {
      expression: 'Claim.provider',
      reference: claim.provider,
      types: 'Organization/<id>, Practitioner/<id>, PractitionerRole/<id>',
    },
  ];
  (claim.insurance ?? []).forEach(({ coverage }, index) => {
    references.push({
      expression: `Claim.insurance[${index}].coverage`,
      reference: coverage,
      types: 'Coverage/<id>',
    });
  });
  (claim.item ?? []).forEach(({ extension = [] }, line) => {
    extension.forEach(({ url, valueReference }, index) => {
      if (url !== CLAIM_ITEM_REFERENCE || valueReference === undefined) return;
      references.push({
        expression: `Claim.item[${line}].extension[${index}].value`,
        reference: valueReference,
        types: 'Medication/<id>, ActivityDefinition/<id>',
      });
    });
  });
  for (const [index, { claim: earlier }] of (claim.related ?? []).entries()) {
    const expression = `Claim.related[${index}].claim`;
    if (!predecessorsOf(claim).some(each => each.expression === expression)) continue;
    references.push({ expression, reference: earlier!, types: 'Claim/<id>' });
  }
  return requireReferences('claim-reference-required', baseUrl, references);
};

const isJudged = (answer: Resource | undefined): boolean =>
  answer !== undefined && isDecided(answer as unknown as ClaimResponse);

const judgeDeletion = (answer: Resource | undefined): Issue[] =>
  isJudged(answer) ? [refusal('claim-adjudicated', 'Claim', say('claim-stays'))] : [];

const judgeChange = (resource: Resource, { previous, previousAnswer }: InsuranceContext): Issue[] => {
  if (previous === undefined) return [];
  const isSame = sameContent({ ...resource, status: '' }, { ...previous, status: '' });
  if (isSame && resource.status === previous.status) return [];
  if (isWithdrawn(previous.status)) {
    if (isSame && resource.status === 'entered-in-error') return [];
    return [refusal('claim-withdrawn', 'Claim', say('claim-withdrawn-stays'))];
  }
  if (!isJudged(previousAnswer)) return [];
  if (isSame && isWithdrawn(resource.status)) {
    return judgeWithdrawal(previousAnswer as unknown as ClaimResponse, 'Claim.status');
  }
  return [refusal('claim-adjudicated', 'Claim', say('claim-stays-unchanged'))];
};

/** https://hl7.org/fhir/R4/claim.html */
export const claimRule: InsuranceRule = {
  identities,
  judge: (resource, context) => {
    const claim = claimOf(resource);
    const amounts = claimAmounts(claim);
    return [
      ...judgeReferences(claim, context.baseUrl),
      ...(context.previous === undefined ? judgeReplaced(context.found, 'Claim.patient') : []),
      ...judgeLines(claim),
      ...judgeNumbers(claim, amounts),
      ...judgeCurrencies(amounts, context.currency),
      ...judgeEntry(claim, context),
      ...judgeChange(resource, context),
      ...judgeSuccession(claim, context),
    ];
  },
  judgeDeletion,
  turn: (resource, { claimMode }) => (claimMode === 'forward' ? undefined : targetOf(claimOf(resource).patient)),
  lookups: (resource, found, scheme) => claimLookups(claimOf(resource), found, scheme),
  answer: { resourceType: 'ClaimResponse', build: answerClaim },
  effects: (exact, context, answer) => [
    ...succeeded(claimOf(exact), context),
    ...(answer === undefined ? [] : feedbackEffects(claimOf(exact), context, answer as unknown as ClaimResponse)),
  ],
  steps: { review: reviewClaim, process: processClaim, reverse: reverseValuation, cancel: cancelClaim },
};
