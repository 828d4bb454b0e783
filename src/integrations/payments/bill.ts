import type { Invoice, Patient } from 'fhir/r4.js';
import { isRawNumber } from '../../fhir/exact-json.ts';
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
