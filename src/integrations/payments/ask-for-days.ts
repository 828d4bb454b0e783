import type { Task } from 'fhir/r4.js';
import { addDays } from '../../fhir/calendar.ts';
import type { GatewayName } from './payment-gateway.ts';
import type { PaymentStore } from './payment-store.ts';
import { dayTask, dayTaskId } from './payment-tasks.ts';

/**
 * Has the reconciliation of the days before today asked for, each once: by Tasks, which the outbox follows.
 * @param options.today `YYYY-MM-DD` in the gateway's zone
 * @param options.days how many past days; more than one, so that nothing is left out after some days without this server
 */
export const askForDays = async (
  store: PaymentStore,
  gateway: GatewayName,
  { today, days }: { today: string; days: number },
): Promise<void> => {
  for (let back = days; back > 0; back--) {
    const day = addDays(today, -back);
    await store.change<Task>('Task', dayTaskId(gateway, day), current =>
      current === undefined ? dayTask(gateway, day, 'requested') : undefined,
    );
  }
};
