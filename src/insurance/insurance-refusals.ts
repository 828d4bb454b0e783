import type { Issue } from '../fhir/issue.ts';
import { LANGUAGES, type Message } from './texts/say.ts';

/**
 * Every reason for which an insurance rule refuses a valid resource (422, issue code business-rule): its stable code and one line
 * of what it means. `docs/errors.md` lists the same.
 */
export const insuranceRefusals = {
  'claim-line-sequence-repeated': 'Two lines of a claim have the same sequence.',
  'claim-line-price-missing': 'A line of a claim has neither a unit price nor a net amount.',
  'claim-number-too-long': 'A quantity or amount has more digits than are computed with.',
  'claim-currency-mixed': 'The amounts of one claim are in different currencies.',
  'claim-reference-required':
    'A claim names its patient, provider, coverage or a claimed item otherwise than by a reference.',
  'patient-replaced': 'A claim or a question about cover is for a record that was merged into another one.',
  'claim-not-checked':
    'A step is taken with a claim that is not in the state for it: not checked yet, or decided, withdrawn or judged by another system.',
  'claim-review-line':
    'A review names a line that the claim does not have or that is rejected, or says of it what cannot be.',
  'claim-adjudicated': 'A claim that has been judged can be cancelled, but not changed or deleted.',
  'claim-valuated': 'A claim is to be withdrawn whose valuation is not reversed.',
  'claim-billed': "The valuation of a claim is to be reversed that is on a facility's bill.",
  'claim-withdrawn': 'A claim that was cancelled or entered in error is to be changed or taken up again.',
  'claim-related-open': 'A claim names as prior to it one that is neither rejected nor cancelled.',
  'claim-related-invalid': 'A claim is to come in its own place, or in that of a claim of another provider.',
  'feedback-answer-invalid': 'Feedback about a claim lacks one of its five answers, or has one that cannot be.',
  'feedback-claim-invalid': 'Feedback is about no claim, about several, or about a claim of another patient.',
  'grievance-kept': 'A complaint or its task is to be deleted, or made into something else.',
  'grievance-unanswered': 'The task of a complaint is to be closed without an answer.',
  'eligibility-reference-required':
    'A question about cover names its patient or a coverage otherwise than by a reference.',
  'eligibility-patient-unknown': 'A question about cover names its patient by a number that nobody has, or several.',
  'payment-request-reference-required':
    'A payment notice or reconciliation names what was paid otherwise than by a reference.',
  'payment-amount-invalid': 'An amount that was paid is missing, not more than 0, or has parts of the smallest coin.',
  'payment-currency-differs': 'An amount that was paid is in another currency than its invoice or its payment.',
  'payment-payee-differs': 'The payee is not the one to whom the invoice is to be paid.',
  'payment-invoice-closed': 'A payment is for an invoice that is cancelled or entered in error.',
  'payment-notice-counted': 'A payment notice that counts is deleted, or is to be for something else.',
  'payment-reconciliation-counted': 'A reconciliation that counts is deleted, or its amount or details are changed.',
  'payment-reconciliation-unbalanced': 'The details of a reconciliation come to more than was paid.',
  'payment-reconciliation-large': 'A reconciliation settles more invoices than are changed at once.',
  'batch-run-not-due': 'A batch run is asked for where the product has no distribution that ends with the month.',
  'batch-already-run': 'A batch run is asked for a product and period that were run.',
  'batch-currency-mixed': 'The claims of a batch run are in several currencies, or one states none.',
  'premium-set-up-missing':
    'What is due for a contract is asked, and the product, the contract or a member lacks what that rests on.',
  'cover-not-in-force': 'A membership card is asked for where no coverage is active on the day.',
  'receipt-repeated': 'Two contributions of a contract have the same receipt.',
  'contract-instalments':
    'A contract has one contribution more than the product allows instalments, and it does not complete what is due.',
  'contract-full': 'Somebody is to join a policy late, and the product has no place left.',
  'contract-unpaid': 'A contract that waits to be paid is said to be executed, and is neither paid whole nor enforced.',
  'claim-quantity-above-maximum': 'A claim has more of a service or drug than one claim may have.',
  'claim-diagnoses-too-many': 'A claim has more than one principal and four further diagnoses.',
  'contract-begun':
    'The contract of a policy that has begun is offered again, and would not begin with the same days, members and product.',
  'invoice-paid': 'An invoice for which money was paid is called off, deleted, or changed to another currency.',
} as const satisfies Record<string, string>;

/** A code of the catalogue of insurance rules. */
export type InsuranceRefusal = keyof typeof insuranceRefusals;

/** One refusal at the element `expression` (FHIRPath with indexes); `told` says what to change, in every language. */
export const refusal = (rule: InsuranceRefusal, expression: string, told: Message): Issue => ({
  severity: 'error',
  code: 'business-rule',
  rule,
  expression,
  diagnostics: told('en'),
  translations: Object.fromEntries(LANGUAGES.map(language => [language, told(language)])),
});
