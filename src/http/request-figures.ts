import type { Registry } from 'prom-client';

/** Upper bounds of the histogram's buckets, seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

interface Durations {
  count: number;
  sum: number;
  /** Requests by the first bucket that they fit in; the last one is for those that fit in none. */
  buckets: number[];
}

type Values = { metricName?: string; labels: Record<string, string | number>; value: number }[];

const histogramValues = (name: string, byInteraction: ReadonlyMap<string, Durations>): Values =>
  [...byInteraction].flatMap(([interaction, { count, sum, buckets }]) => {
    let below = 0;
    return [
      ...[...BUCKETS, '+Inf'].map((le, index) => {
        below += buckets[index]!;
        return { metricName: `${name}_bucket`, labels: { le, interaction }, value: below };
      }),
      { metricName: `${name}_sum`, labels: { interaction }, value: sum },
      { metricName: `${name}_count`, labels: { interaction }, value: count },
    ];
  });

/**
 * Counts requests and their durations. Done for every request, so the figures are kept as plain numbers and take Prometheus' form
 * only when they are read.
 */
export const createRequestFigures = (
  registry: Registry,
): ((interaction: string, type: string, status: number, seconds: number) => void) => {
  const counts = new Map<string, { labels: Record<string, string | number>; value: number }>();
  const durations = new Map<string, Durations>();
  const register = (name: string, help: string, type: string, values: () => Values): void => {
    const metric = { name, help, get: async () => ({ name, help, type, aggregator: 'sum', values: values() }) };
    registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
  };
  register('kiungo_requests_total', 'Requests answered', 'counter', () => [...counts.values()]);
  register('kiungo_request_duration_seconds', 'Time from the request until its answer is sent', 'histogram', () =>
    histogramValues('kiungo_request_duration_seconds', durations),
  );
  return (interaction, type, status, seconds) => {
    const key = `${interaction} ${type} ${status}`;
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { labels: { interaction, type, status }, value: 1 });
    else counted.value++;
    let taken = durations.get(interaction);
    if (taken === undefined) {
      taken = { count: 0, sum: 0, buckets: new Array(BUCKETS.length + 1).fill(0) };
      durations.set(interaction, taken);
    }
    taken.count++;
    taken.sum += seconds;
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]!) bucket++;
    taken.buckets[bucket]!++;
  };
};
