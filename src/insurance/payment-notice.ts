import type { PaymentNotice } from 'fhir/r4.js';
import type { InsuranceRule } from './insurance-rule.ts';
import { requireReferences } from './insured-reference.ts';

/**
 * A notice that a payment was made. The reconciliation that it belongs to may come later; what was paid is either left out, as
 * openIMIS allows, or a resource that is here.
 * https://hl7.org/fhir/R4/paymentnotice.html
 */
export const paymentNoticeRule: InsuranceRule = {
  judge: (resource, { baseUrl }) => {
    const { request } = resource as unknown as PaymentNotice;
    return requireReferences('payment-request-reference-required', baseUrl, [
      {
        expression: 'PaymentNotice.request',
        reference: request,
        types: 'Invoice/<id>, Claim/<id> or another Type/<id>',
      },
    ]);
  },
  mayDangle: ['PaymentNotice.payment'],
};
