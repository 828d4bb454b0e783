import type { StoredVersion } from '../store.ts';

/** `until` and `ended` of a version that nothing has followed yet. */
export const OPEN = Number.MAX_SAFE_INTEGER;

/** The least and the greatest value of a parameter, what a search sorts by. */
export interface SortValues {
  least: number | string;
  greatest: number | string;
}

/** A version of a resource with what it is found under, in the collection `version`. Never removed; `_id` is its sequence number. */
export interface VersionDocument {
  _id: number;
  /** `Type/id`. */
  name: string;
  type: string;
  id: string;
  versionId: number;
  updated: number;
  method: StoredVersion['method'];
  body: string;
  /** Length of the body in UTF-8. */
  bytes: number;
  creates: boolean;
  /** The sequence number of the version that followed it, and the time of that. */
  until: number;
  ended: number;
  /** What it is found under (see `terms.ts`). Taken away once no search can want it any more. */
  terms?: string[];
  /** What it is sorted by, by parameter (see `sortField`). */
  keys?: Record<string, SortValues>;
  identities?: string[];
  /** `until`, as long as its terms are still there after it was superseded. */
  stale?: number;
  /** The number of the batch that gave it its terms. */
  indexed: number;
}

/** An audit row, in the collection `audit`; `_id` is its number. */
export interface AuditDocument {
  _id: number;
  at: number;
  keys: string[];
  text: string;
  /** In hexadecimal digits. */
  hash: string;
}

/** What a batch does: all of it can be done twice, by anybody, also when later batches have been done. */
export interface BatchWork {
  versions: VersionDocument[];
  superseded: { _id: number; until: number; ended: number }[];
  /** Versions of a resource before a sequence number are emptied. */
  erased: { name: string; before: number }[];
  reindexed: { _id: number; terms: string[]; keys: Record<string, SortValues> }[];
  names: { name: string; from: number; until: number }[];
  states: { type: string; state: string }[];
  audit: AuditDocument[];
  /** Audit rows before a number go, and the row of that number is emptied. */
  forgotten: { upTo: number }[];
}

/** A batch of units in the collection `batch`. Who inserts the next number has committed; `work` goes when it is done. */
export interface BatchDocument {
  _id: number;
  /** Chosen by who made it: tells an insert that was answered from one of another process. */
  mark: string;
  /** The sequence number of its first version, and how many there are. */
  first: number;
  count: number;
  /** The greatest time up to here. */
  updated: number;
  isDone: boolean;
  /** Absent where the work is done, or too large: then it is in so many parts. */
  work?: BatchWork;
  parts?: number;
}

/** A part of the work of a large batch, in the collection `part`. */
export interface PartDocument {
  _id: string;
  batch: number;
  work: BatchWork;
}

/** A name that is taken until a time, in the collection `name`. */
export interface NameDocument {
  _id: string;
  until: number;
  batch: number;
}

/** A remembered text, in the collection `setting`. */
export interface SettingDocument {
  _id: string;
  value: string;
  batch?: number;
}

export const emptyWork = (): BatchWork => ({
  versions: [],
  superseded: [],
  erased: [],
  reindexed: [],
  names: [],
  states: [],
  audit: [],
  forgotten: [],
});
