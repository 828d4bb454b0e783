import { claimRule } from './claim.ts';
import { communicationRule } from './communication.ts';
import { contractRule } from './contract.ts';
import { coverageEligibilityRequestRule } from './coverage-eligibility-request.ts';
import type { InsuranceRule } from './insurance-rule.ts';
import { invoiceRule } from './invoice.ts';
import { paymentNoticeRule } from './payment-notice.ts';
import { paymentReconciliationRule } from './payment-reconciliation.ts';
import { taskRule } from './task.ts';

/** The insurance work by resource type; what is not here is stored like any other resource. */
export const insuranceRules: ReadonlyMap<string, InsuranceRule> = new Map([
  ['Claim', claimRule],
  ['Communication', communicationRule],
  ['Contract', contractRule],
  ['CoverageEligibilityRequest', coverageEligibilityRequestRule],
  ['Invoice', invoiceRule],
  ['PaymentNotice', paymentNoticeRule],
  ['PaymentReconciliation', paymentReconciliationRule],
  ['Task', taskRule],
]);
