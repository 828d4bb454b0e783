import type { Task } from 'fhir/r4.js';
import { plainNumber } from '../../fhir/exact-json.ts';
import type { GatewayName } from './payment-gateway.ts';

/** Id of the Task that follows the collection of a bill: to its control number, or to its payment where there is none. */
export const billTaskId = ({ name }: GatewayName, billId: string): string => `${name}-${billId}`;

/** That Task. The control number stands in its output: openIMIS' profile of invoices has no place for it. */
export const billTask = (
  gateway: GatewayName,
  billId: string,
  { status, reason, controlNumber }: { status: Task['status']; reason?: string; controlNumber?: string },
): Task => ({
  resourceType: 'Task',
  id: billTaskId(gateway, billId),
  status,
  intent: 'order',
  code: { text: `collection by ${gateway.title}` },
  focus: { reference: `Invoice/${billId}` },
  ...(reason === undefined ? {} : { statusReason: { text: reason } }),
  ...(controlNumber === undefined
    ? {}
    : { output: [{ type: { text: 'control number' }, valueString: controlNumber }] }),
});

/** A Task for a person: money that the server cannot place. @param notice reference of what was stored of it */
export const moneyTask = (gateway: GatewayName, reference: string, reason: string, notice?: string): Task => ({
  resourceType: 'Task',
  id: `${gateway.name}-money-${reference}`,
  status: 'requested',
  intent: 'order',
  priority: 'urgent',
  code: { text: `payment of ${gateway.title} that needs a person` },
  ...(notice === undefined ? {} : { focus: { reference: notice } }),
  statusReason: { text: reason },
  input: [{ type: { text: 'number of the payment' }, valueString: reference }],
});

/** Id of the Task by which a person orders that a bill is paid out. */
export const payoutTaskId = ({ name }: GatewayName, billId: string): string => `${name}-payout-${billId}`;

/** The bill that a Task orders to be paid out; undefined for any other Task. */
export const billOfPayout = (gateway: GatewayName, taskId: string): string | undefined => {
  const start = payoutTaskId(gateway, '');
  return taskId.startsWith(start) ? taskId.slice(start.length) : undefined;
};

/** How often a payout has failed, as its Task says. */
export const failedPayouts = (task: Task | undefined): number =>
  plainNumber(task?.output?.find(({ type }) => type.text === 'failed')?.valueInteger ?? 0);

/** That Task, as it goes on from what the person ordered. */
export const payoutTask = (
  gateway: GatewayName,
  billId: string,
  { status, reason, current }: { status: Task['status']; reason?: string; current: Task | undefined },
): Task => {
  const failed = failedPayouts(current) + (status === 'failed' ? 1 : 0);
  const ordered: Task = current ?? {
    resourceType: 'Task',
    id: payoutTaskId(gateway, billId),
    status,
    intent: 'order',
    code: { text: `payout by ${gateway.title}` },
    focus: { reference: `Invoice/${billId}` },
  };
  const { meta: _, statusReason: _before, output: _failed, ...order } = ordered;
  return {
    ...order,
    status,
    ...(reason === undefined ? {} : { statusReason: { text: reason } }),
    ...(failed === 0 ? {} : { output: [{ type: { text: 'failed' }, valueInteger: failed }] }),
  };
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Id of the Task by which the reconciliation of a day is asked for. */
export const dayTaskId = ({ name }: GatewayName, day: string): string => `${name}-day-${day}`;

/** The day that a Task asks the reconciliation of, `YYYY-MM-DD`; undefined for any other Task. */
export const dayOfTask = (gateway: GatewayName, taskId: string): string | undefined => {
  const start = dayTaskId(gateway, '');
  const day = taskId.slice(start.length);
  return taskId.startsWith(start) && DAY.test(day) ? day : undefined;
};

/** That Task. Whoever makes it `requested` again has the day asked for again. */
export const dayTask = (gateway: GatewayName, day: string, status: Task['status'], reason?: string): Task => ({
  resourceType: 'Task',
  id: dayTaskId(gateway, day),
  status,
  intent: 'order',
  code: { text: `reconciliation of a day by ${gateway.title}` },
  ...(reason === undefined ? {} : { statusReason: { text: reason } }),
});
