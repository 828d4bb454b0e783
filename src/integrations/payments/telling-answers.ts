import type { TellExchange } from '../connector/exchange.ts';
import type { Answered, GatewayName } from './payment-gateway.ts';

/** What takes messages of a gateway, and tells the operator of each. */
export const tellingAnswers =
  <Raw>(
    take: (message: Raw) => Promise<Answered>,
    { gateway: { name }, tell, now }: { gateway: GatewayName; tell: TellExchange; now: () => number },
  ) =>
  async (raw: Raw): Promise<Answered> => {
    const from = now();
    const answered = await take(raw);
    const { outcome, message, reason } = answered;
    const at = now();
    const told = reason === undefined ? {} : { reason };
    tell({ peer: name, kind: name, direction: 'received', outcome, message, at, durationMs: at - from, ...told });
    return answered;
  };
