import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the server counts, and how Prometheus reads it. */
export interface Metrics {
  observe(interaction: string, resourceType: string, status: number, seconds: number): void;
  /** The text of /metrics. */
  text(): Promise<string>;
  contentType: string;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * Counters of requests and durations, of the process (event loop, memory, garbage collection) and of the store, whose figures
 * `storeStatistics` gives whenever they are asked for. Labels never hold anything that a client chooses freely.
 */
export const createMetrics = (storeStatistics: () => Readonly<Record<string, number>>): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'kiungo_requests_total',
    help: 'Requests answered',
    labelNames: ['interaction', 'type', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'kiungo_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['interaction'],
    buckets: SECONDS,
    registers: [registry],
  });
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
    observe: (interaction, type, status, seconds) => {
      requests.inc({ interaction, type, status });
      durations.observe({ interaction }, seconds);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};
