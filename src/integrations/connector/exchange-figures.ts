import type { Exchange, TellExchange } from './exchange.ts';

/** How many exchanges there were since the start, by kind of peer, direction and outcome. */
export interface ExchangeCount extends Pick<Exchange, 'kind' | 'direction' | 'outcome'> {
  count: number;
  seconds: number;
}

/** Counts exchanges for `/metrics`. */
export interface ExchangeFigures {
  note: TellExchange;
  counts(): readonly ExchangeCount[];
}

/** Nothing counted yet. Peers are counted by kind: there is no end of their names. */
export const createExchangeFigures = (): ExchangeFigures => {
  const counts = new Map<string, ExchangeCount>();
  return {
    note: ({ kind, direction, outcome, durationMs }) => {
      const key = `${kind} ${direction} ${outcome}`;
      const count = counts.get(key) ?? { kind, direction, outcome, count: 0, seconds: 0 };
      count.count += 1;
      count.seconds += durationMs / 1000;
      counts.set(key, count);
    },
    counts: () => [...counts.values()],
  };
};
