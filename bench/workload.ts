import type { LoadAnswer, LoadRequest } from './load.ts';
import type { Site } from './site.ts';

/**
 * Where workloads run: bare Fastify, a server on an empty store, one that has a
 * subscriber, one that asks who is there and tells of it, one on a million resources (`--large`).
 */
export type SiteName = 'floor' | 'kiungo' | 'subscribed' | 'secured' | 'large';

/** The requests of one workload to one server, with whatever it counts. */
export interface Requests {
  next(): LoadRequest;
  onAnswer?(answer: LoadAnswer): void;
}

/** One kind of request that is measured. A new one is a file in `bench/workloads` and an entry in `bench/workloads.ts`. */
export interface Workload {
  /** What its figures are called in the JSON: `<key>_cpu_us`, `<key>_per_s`, `<key>_p99_ms`. */
  key: string;
  label: string;
  site: SiteName;
  /** The workload that its CPU time is compared with, and what the ratio is called; 1 is as cheap as that. */
  against?: { workload: string; as: string };
  /** Its figures have goals: it is measured in every round and for the whole time, others in every second and for half. */
  hasGoal?: true;
  /** Stores what its requests rest on beside that, before anything is measured. */
  enrol?(site: Site): Promise<void>;
  /** Begins its requests. The site has the scheme, `benchPatients` and some claims in it. */
  start(site: Site): Requests;
}
