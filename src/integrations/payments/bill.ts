import type { Invoice, Organization, Patient } from 'fhir/r4.js';
import { isRawNumber, plainNumber } from '../../fhir/exact-json.ts';
import { parseReference } from '../../fhir/reference.ts';
import type { PaymentStore } from './payment-store.ts';

/** A bill as it is given to a gateway. */
export interface Bill {
  /** That of its Invoice. */
  id: string;
  /** Decimal, as it is written in the invoice. */
  amount: string;
  currency: string;
  payerId: string;
  payerName: string;
  /** Empty where none is known. */
  payerPhone: string;
  description: string;
}

/** What a facility is owed, as it is given to a gateway that pays out. */
export interface Payout {
  billId: string;
  /** Decimal, as it is written in the bill. */
  amount: string;
  currency: string;
  payeePhone: string;
  description: string;
}

const BILL_TYPE = '/CodeSystem/bill-type';

/** Whether an Invoice is a bill: what a facility is owed, not what a family owes. */
export const isBill = ({ type }: Invoice): boolean =>
  type?.coding?.some(({ system }) => system?.endsWith(BILL_TYPE)) === true;

const isContribution = ({ type }: Invoice): boolean =>
  type?.coding?.some(({ code }) => code === 'contribution') === true;
/** Gateways' numbers of bills are as long. */
const LONGEST_ID = 50;

/** Whether a gateway is to collect an invoice. */
export const isToCollect = (invoice: Invoice): boolean =>
  invoice.status === 'issued' && isContribution(invoice) && invoice.id!.length <= LONGEST_ID;

/** Whether an invoice that a gateway may be collecting was called off. */
export const isCalledOff = (invoice: Invoice): boolean =>
  (invoice.status === 'cancelled' || invoice.status === 'entered-in-error') && isContribution(invoice);

const payerOf = async (store: PaymentStore, { recipient }: Invoice): Promise<Patient | undefined> => {
  const target = recipient?.reference === undefined ? undefined : parseReference(recipient.reference);
  return target?.kind === 'local' && target.resourceType === 'Patient'
    ? store.read<Patient>('Patient', target.id)
    : undefined;
};

const written = (value: unknown): string => (isRawNumber(value) ? value.rawJSON : String(value));

/** The bill of an invoice. */
export const billOf = async (store: PaymentStore, invoice: Invoice): Promise<Bill> => {
  const payer = await payerOf(store, invoice);
  const [name] = payer?.name ?? [];
  return {
    id: invoice.id!,
    amount: written(invoice.totalGross?.value),
    currency: invoice.totalGross?.currency ?? '',
    payerId: payer?.identifier?.[0]?.value ?? invoice.id!,
    payerName: [...(name?.given ?? []), name?.family].filter(Boolean).join(' ') || 'Contributor',
    payerPhone: payer?.telecom?.find(({ system }) => system === 'phone')?.value ?? '',
    description: 'Contribution',
  };
};

const isPartPaid = ({ extension = [] }: Invoice): boolean => {
  const balance = extension.find(({ url }) => url.endsWith('/invoice-balance'));
  const paid = balance?.extension?.find(({ url }) => url === 'paid')?.valueMoney?.value;
  return paid !== undefined && plainNumber(paid) !== 0;
};

/** What is to be paid out for a bill, or why nothing is, in a sentence. */
export const payoutOf = async (store: PaymentStore, billId: string): Promise<Payout | string> => {
  const invoice = await store.read<Invoice>('Invoice', billId);
  if (invoice === undefined || !isBill(invoice)) return 'There is no such bill';
  if (invoice.status !== 'issued') return `The bill is ${invoice.status}`;
  if (isPartPaid(invoice)) return 'Something of the bill is paid already';
  const payee = parseReference(invoice.recipient?.reference ?? '');
  const organization =
    payee?.kind === 'local' && payee.resourceType === 'Organization'
      ? await store.read<Organization>('Organization', payee.id)
      : undefined;
  const payeePhone = organization?.telecom?.find(({ system }) => system === 'phone')?.value;
  if (payeePhone === undefined) return 'No telephone of the payee is known';
  return {
    billId,
    amount: written(invoice.totalGross?.value),
    currency: invoice.totalGross?.currency ?? '',
    payeePhone,
    description: 'Claims',
  };
};
