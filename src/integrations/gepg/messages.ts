import type { Bill } from '../payments/bill.ts';
import { escaped } from './element.ts';

/** GePG's codes of what became of a message. */
export const CODES = {
  success: '7101',
  failure: '7201',
  noSuchBill: '7204',
  duplicatePayment: '7207',
  duplicateBill: '7226',
  badRequest: '7242',
} as const;

/** Who this server is at GePG. */
export interface ServiceProvider {
  spCode: string;
  subSpCode: string;
  spSysId: string;
  /** Code of the revenue that contributions are. */
  gfsCode: string;
}

/** A bill as it is submitted. Times are local ones without a zone: `2026-01-05T00:00:00`. */
export interface SubmittedBill extends Bill {
  generated: string;
  expires: string;
}

const element = (name: string, ...content: readonly string[]): string => `<${name}>${content.join('')}</${name}>`;
const text = (name: string, value: string): string => element(name, escaped(value));

/** Asks for a control number by which the bill is paid, exactly (`BillPayOpt` 3). */
export const billSubmission = (bill: SubmittedBill, { spCode, subSpCode, spSysId, gfsCode }: ServiceProvider): string =>
  element(
    'gepgBillSubReq',
    element('BillHdr', text('SpCode', spCode), text('RtrRespFlg', 'true')),
    element(
      'BillTrxInf',
      text('BillId', bill.id),
      text('SubSpCode', subSpCode),
      text('SpSysId', spSysId),
      text('BillAmt', bill.amount),
      text('MiscAmt', '0'),
      text('BillExprDt', bill.expires),
      text('PyrId', bill.payerId),
      text('PyrName', bill.payerName),
      text('BillDesc', bill.description),
      text('BillGenDt', bill.generated),
      text('BillGenBy', spSysId),
      text('BillApprBy', spSysId),
      text('PyrCellNum', bill.payerPhone),
      text('PyrEmail', ''),
      text('Ccy', bill.currency),
      text('BillEqvAmt', bill.amount),
      text('RemFlag', 'true'),
      text('BillPayOpt', '3'),
      element(
        'BillItems',
        element(
          'BillItem',
          text('BillItemRef', bill.id),
          text('UseItemRefOnPay', 'N'),
          text('BillItemAmt', bill.amount),
          text('BillItemEqvAmt', bill.amount),
          text('BillItemMiscAmt', '0'),
          text('GfsCode', gfsCode),
        ),
      ),
    ),
  );

/** Calls a bill off. */
export const billCancellation = (billId: string, { spCode, spSysId }: ServiceProvider): string =>
  element('gepgBillCanclReq', text('SpCode', spCode), text('SpSysId', spSysId), text('BillId', billId));

const MOST_ATTEMPTS = 100;

/**
 * Asks for what was paid on a day. The number of the request, which the answer has too, is the day and the number of the attempt:
 * 2026010501.
 */
export const reconciliationRequest = (day: string, attempt: number, { spCode, spSysId }: ServiceProvider): string =>
  element(
    'gepgSpReconcReq',
    text('SpReconcReqId', `${day.replaceAll('-', '')}${String(attempt % MOST_ATTEMPTS).padStart(2, '0')}`),
    text('SpCode', spCode),
    text('SpSysId', spSysId),
    text('TnxDt', day),
    text('ReconcOpt', '1'),
  );

/** The day that a number of a request is of; undefined where it is none of this server. */
export const dayOfRequest = (number: string): string | undefined => {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})\d{2}$/.exec(number) ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}`;
};

/** The names of what GePG sends, with those of the answers and of the code in them. */
export const ACKNOWLEDGEMENTS = {
  gepgBillSubResp: ['gepgBillSubRespAck', 'TrxStsCode'],
  gepgPmtSpInfo: ['gepgPmtSpInfoAck', 'TrxStsCode'],
  gepgSpReconcResp: ['gepgSpReconcRespAck', 'ReconcStsCode'],
} as const;

/** The answer to what GePG has sent. */
export const acknowledgement = (received: keyof typeof ACKNOWLEDGEMENTS, code: string): string => {
  const [name, inside] = ACKNOWLEDGEMENTS[received];
  return element(name, text(inside, code));
};
