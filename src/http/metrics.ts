import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ExchangeCount } from '../integrations/connector/exchange-figures.ts';
import { createRequestFigures } from './request-figures.ts';

/** What the server counts, and how Prometheus reads it. */
export interface Metrics {
  observe(interaction: string, resourceType: string, status: number, seconds: number): void;
  /** The text of /metrics. */
  text(): Promise<string>;
  contentType: string;
}

/**
 * Counters of requests and durations, of the process (event loop, memory, garbage collection) and of the store, whose figures
 * `storeStatistics` gives whenever they are asked for, and of exchanges with other systems. Labels never hold anything that a client chooses freely.
 */
export const createMetrics = (
  storeStatistics: () => Readonly<Record<string, number>>,
  exchanges: () => readonly ExchangeCount[],
): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'kiungo_store',
    help: 'Figures of the store since it was opened',
    labelNames: ['figure'],
    registers: [registry],
    collect() {
      for (const [figure, value] of Object.entries(storeStatistics())) this.set({ figure }, value);
    },
  });
  const labels = ['kind', 'direction', 'outcome'] as const;
  const exchangeGauge = (name: string, help: string, figure: 'count' | 'seconds'): void => {
    new Gauge({
      ...{ name, help, labelNames: labels, registers: [registry] },
      collect() {
        for (const { kind, direction, outcome, [figure]: value } of exchanges()) {
          this.set({ kind, direction, outcome }, value);
        }
      },
    });
  };
  exchangeGauge('kiungo_exchanges', 'Exchanges with other systems since the start', 'count');
  exchangeGauge('kiungo_exchange_seconds', 'What they took together', 'seconds');
  return {
    observe: createRequestFigures(registry),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};
