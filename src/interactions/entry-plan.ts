import type { MatchCondition, ResourceKey } from '../store/store.ts';

/** Which resource an entry is about, found before anything is written. */
export interface EntryPlan {
  /** Undefined where there is none: its criteria match nothing, and nothing is created. */
  id?: string;
  /** What its If-None-Exist has found. */
  existing?: ResourceKey;
  /** What its criteria found. */
  match?: MatchCondition;
}
