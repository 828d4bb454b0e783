import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
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
 * `storeStatistics` gives whenever they are asked for. Labels never hold anything that a client chooses freely.
 */
export const createMetrics = (storeStatistics: () => Readonly<Record<string, number>>): Metrics => {
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
  return {
    observe: createRequestFigures(registry),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};
