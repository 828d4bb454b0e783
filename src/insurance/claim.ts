import type { Claim } from 'fhir/r4.js';
import { decimalOf } from '../fhir/decimal.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { sameContent } from '../fhir/same-content.ts';
import { claimAmounts } from './claim-amounts.ts';
import { queuedClaimResponse } from './claim-response.ts';
import { refusal } from './insurance-refusals.ts';
import type { Identity, InsuranceContext, InsuranceRule } from './insurance-rule.ts';
import { requireReferences, targetOf } from './insured-reference.ts';
import { businessIdentifier, CLAIM_ITEM_REFERENCE } from './openimis-codes.ts';

const claimOf = (resource: Resource): Claim => resource as unknown as Claim;

const escaped = (part: string): string => part.replaceAll(/[\\|]/g, '\\$&');

/** Longest part of an identifier's value that is told. */
const MOST_TOLD = 100;

/** A claim is one claim by its provider and the identifier that the provider gave it. */
const identities = (resource: Resource): Identity[] => {
  const { identifier, provider } = claimOf(resource);
  const given = businessIdentifier(identifier);
  if (given === undefined) return [];
  const { system = '', value = '' } = provider?.identifier ?? {};
  const from = targetOf(provider) ?? provider?.reference ?? `${system}#${value}`;
  const key = ['Claim', from, given.system ?? '', given.value].map(escaped).join('|');
  const told = `the identifier ${given.value.slice(0, MOST_TOLD)} of the same provider`;
  return [{ key, told, expression: `Claim.identifier[${identifier?.indexOf(given)}]` }];
};

/** Digits before and after the point that amounts and quantities may have. */
const DIGITS = 18;

const judgeNumbers = (claim: Claim): Issue[] => {
  const numbers = claimAmounts(claim).map(({ expression, amount }) => ({
    expression: `${expression}.value`,
    value: amount.value,
  }));
  (claim.item ?? []).forEach((line, index) => {
    numbers.push({ expression: `Claim.item[${index}].quantity.value`, value: line.quantity?.value });
    numbers.push({ expression: `Claim.item[${index}].factor`, value: line.factor });
  });
  return numbers
    .filter(({ value }) => value !== undefined && !isShort(value))
    .map(({ expression }) =>
      refusal('claim-number-too-long', expression, `Write the number with at most ${DIGITS} digits.`),
    );
};

const isShort = (value: unknown): boolean => {
  try {
    const { unscaled, scale } = decimalOf(value);
    return scale <= DIGITS && unscaled.toString().replace('-', '').length <= DIGITS;
  } catch {
    return false;
  }
};

const judgeLines = (claim: Claim): Issue[] => {
  const seen = new Map<number, number>();
  const issues: Issue[] = [];
  (claim.item ?? []).forEach((line, index) => {
    // Printed first, because it may be a raw number: 1e0 is 1.
    const sequence = Number(JSON.stringify(line.sequence));
    const first = seen.get(sequence);
    if (first === undefined) seen.set(sequence, index);
    else {
      issues.push(
        refusal(
          'claim-line-sequence-repeated',
          `Claim.item[${index}].sequence`,
          `Claim.item[${first}] has sequence ${sequence} already. Number every line differently.`,
        ),
      );
    }
    if (line.unitPrice?.value === undefined && line.net?.value === undefined) {
      issues.push(
        refusal('claim-line-price-missing', `Claim.item[${index}]`, 'Say what the line costs: add unitPrice.value.'),
      );
    }
  });
  return issues;
};

const judgeCurrencies = (claim: Claim, byDefault: string): Issue[] => {
  const amounts = claimAmounts(claim);
  const currency = amounts[0]?.amount.currency ?? byDefault;
  return amounts
    .filter(({ amount }) => (amount.currency ?? byDefault) !== currency)
    .map(({ expression, amount }) =>
      refusal(
        'claim-currency-mixed',
        expression,
        `This amount is in ${amount.currency ?? `${byDefault} (which an amount without currency is in)`}, but the claim begins in ${currency}. Use one currency in a claim.`,
      ),
    );
};

const judgeReferences = (claim: Claim, baseUrl: string): Issue[] => {
  const references = [
    { expression: 'Claim.patient', reference: claim.patient, types: 'Patient/<id>' },
    {
      expression: 'Claim.provider',
      reference: claim.provider,
      types: 'Organization/<id> (or Practitioner/<id>, PractitionerRole/<id>)',
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
        types: 'Medication/<id> or ActivityDefinition/<id>',
      });
    });
  });
  return requireReferences('claim-reference-required', baseUrl, references);
};

const isJudged = (answer: Resource | undefined): boolean => answer !== undefined && answer.outcome !== 'queued';

const judgeDeletion = (answer: Resource | undefined): Issue[] =>
  isJudged(answer)
    ? [
        refusal(
          'claim-adjudicated',
          'Claim',
          'This claim has been judged and stays. To withdraw it, update its status to cancelled.',
        ),
      ]
    : [];

const judgeChange = (resource: Resource, { previous, previousAnswer }: InsuranceContext): Issue[] => {
  if (previous === undefined || !isJudged(previousAnswer)) return [];
  const isSame = sameContent({ ...resource, status: '' }, { ...previous, status: '' });
  if (isSame && (resource.status === previous.status || resource.status === 'cancelled')) return [];
  return [
    refusal(
      'claim-adjudicated',
      'Claim',
      'This claim has been judged and stays as it is. Only its status may become cancelled; send what has changed as a new claim with its own identifier.',
    ),
  ];
};

/** https://hl7.org/fhir/R4/claim.html */
export const claimRule: InsuranceRule = {
  identities,
  judge: (resource, context) => {
    const claim = claimOf(resource);
    return [
      ...judgeReferences(claim, context.baseUrl),
      ...judgeLines(claim),
      ...judgeNumbers(claim),
      ...judgeCurrencies(claim, context.currency),
      ...judgeChange(resource, context),
    ];
  },
  judgeDeletion,
  answer: { resourceType: 'ClaimResponse', build: queuedClaimResponse },
};
