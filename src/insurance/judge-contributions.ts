import type { Contract, Extension } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import type { PolicyAccount } from './contract-premium.ts';
import { surplusInstalment } from './enrolment/policy-state.ts';
import { refusal } from './insurance-refusals.ts';
import type { Identity } from './insurance-rule.ts';
import { CONTRIBUTION, productOf } from './set-up/read-policy.ts';
import { say } from './texts/say.ts';

interface Contribution {
  receipt: string | undefined;
  /** Where it stands, as FHIRPath. */
  expression: string;
}

const receiptOf = ({ extension = [] }: Extension): string | undefined =>
  extension.find(({ url }) => url === 'receipt')?.valueString?.trim() || undefined;

const contributionsOf = ({ term = [] }: Contract): Contribution[] =>
  term.flatMap(({ asset = [] }, inTerm) =>
    asset.flatMap(({ extension = [] }, inAsset) =>
      extension.flatMap((each, index) => {
        const expression = `Contract.term[${inTerm}].asset[${inAsset}].extension[${index}]`;
        return each.url === CONTRIBUTION ? [{ receipt: receiptOf(each), expression }] : [];
      }),
    ),
  );

/** Statuses of a contract by which nothing was paid. */
const VOID: readonly (string | undefined)[] = ['cancelled', 'entered-in-error', 'rejected', 'revoked'];

/** The receipts of a contract: a number is given once for each product. */
export const receiptIdentities = (contract: Contract): Identity[] => {
  const product = productOf(contract);
  if (product === undefined || VOID.includes(contract.status)) return [];
  return contributionsOf(contract).flatMap(({ receipt, expression }) =>
    receipt === undefined
      ? []
      : [
          {
            key: `Contract.receipt|${product}|${receipt}`,
            told: `a contribution with the receipt ${receipt.slice(0, 100)} for the same product`,
            expression,
          },
        ],
  );
};

/** Refusals of a receipt that stands twice in one contract. */
export const judgeReceipts = (contract: Contract): Issue[] => {
  const seen = new Set<string>();
  return contributionsOf(contract).flatMap(({ receipt, expression }) => {
    if (receipt === undefined) return [];
    if (seen.has(receipt)) return [refusal('receipt-repeated', expression, say('receipt-repeated'))];
    seen.add(receipt);
    return [];
  });
};

/** The refusal of one instalment more than the product allows, where it does not complete what is due. */
export const judgeInstalments = (contract: Contract, { policy }: PolicyAccount): Issue[] => {
  const surplus = surplusInstalment(policy);
  if (surplus < 0) return [];
  const at = contributionsOf(contract)[surplus]?.expression ?? 'Contract.term';
  return [refusal('contract-instalments', at, say('contract-instalments', { most: policy.maxInstalments ?? 0 }))];
};
