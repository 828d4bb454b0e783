import type { DateRange } from './query.ts';

/**
 * One value under which a resource is found, made by `extract` when the resource is written. Neutral: every store indexes the
 * same entries, each in its own way. `parameter` is the search parameter's code.
 */
export type IndexEntry =
  | { kind: 'token'; parameter: string; system?: string; code?: string }
  | { kind: 'reference'; parameter: string; type?: string; id?: string; url?: string }
  | { kind: 'string'; parameter: string; text: string; folded: string }
  | ({ kind: 'date'; parameter: string } & DateRange);
