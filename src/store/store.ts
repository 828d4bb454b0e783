import type { IndexEntry } from '../search/index-entry.ts';
import type { DateRange, SearchQuery } from '../search/query.ts';

/** One version of one resource as it was stored. `body` is the exact JSON text; empty for a deletion. */
export interface StoredVersion {
  resourceType: string;
  id: string;
  /** 1, 2, 3 ... per resource, deletions counted. */
  versionId: number;
  /** Milliseconds since 1970 UTC. */
  lastUpdated: number;
  method: 'POST' | 'PUT' | 'DELETE';
  body: string;
  /** Length of the body in UTF-8. */
  bodyBytes: number;
  /** Of a transaction that is not committed yet. */
  isStaged?: true;
}

/** A version with its number in the order of commits, which is never given twice. */
export interface SequencedVersion extends StoredVersion {
  sequence: number;
}

/** A name of a resource that lives in this store. */
export interface ResourceKey {
  resourceType: string;
  id: string;
}

/**
 * One new version. `versionId` is stamped in `text` already; the store takes it only if the current version (a deletion counts,
 * 0 when there never was one) is `versionId - 1` at the moment of the commit.
 */
export interface Change extends ResourceKey {
  versionId: number;
  /** Never less than that of a change that was handed over before: searches rely on `lastUpdated` growing with every commit. */
  lastUpdated: number;
  method: 'POST' | 'PUT' | 'DELETE';
  /** The exact text to keep; absent for a deletion. */
  text?: string;
  /** What the resource is found under from now on; replaces what the version before had. */
  index: readonly IndexEntry[];
  /** Business identities that only one resource of the store may hold; replaces those of the version before. */
  identities?: readonly string[];
  /**
   * With a deletion: nothing is left of what the versions before it held. They keep their numbers and times and are told as deletions
   * everywhere, by `changes` too.
   */
  erases?: boolean;
  /** With a deletion: the text of the version that it ends, for what is told of it. The store does not read it. */
  ended?: string;
  /** It follows from another change, so that a transaction may make several of one resource: each over the one before. */
  follows?: true;
  /** If-None-Exist: the unit is applied only if nothing matches, judged inside the commit. */
  ifNoneExist?: SearchQuery;
}

/** What a search must find at the moment of the commit: the resource with this id alone or, without an id, nothing. */
export interface MatchCondition {
  query: SearchQuery;
  id?: string;
}

/**
 * A search, and of all that it found the version that was changed last when that was looked for; absent where it found nothing. Nothing that
 * it finds may have been stored since.
 */
export interface NewestCondition {
  query: SearchQuery;
  newest?: CurrentVersion;
}

/** A version of a resource as the current one: a deletion counts, 0 is none. */
export interface CurrentVersion extends ResourceKey {
  versionId: number;
}

/** Index entries of the kind `reference` of one parameter, of the resources of one type. */
export interface ReferringParameter {
  resourceType: string;
  parameter: string;
}

/** Resources that no resource may refer to. Those that the unit itself writes or deletes do not count. */
export interface UnreferredCondition {
  keys: readonly ResourceKey[];
  /** Where references to them are looked for. */
  by: readonly ReferringParameter[];
}

/** As many of the resources that refer to one are told. */
export const MOST_REFERRERS = 10;

/** A name that one unit may take, and no other one until a time. Times are milliseconds since 1970 UTC. */
export interface Once {
  name: string;
  /** When it is taken. Names whose time is over by then are forgotten. */
  from: number;
  until: number;
}

/** A version that is found under other entries from now on, if it is still current. The resource itself stays as it is. */
export interface Reindexed extends ResourceKey {
  versionId: number;
  index: readonly IndexEntry[];
}

/** Work on the index itself. */
export interface Indexing {
  resources: readonly Reindexed[];
  /** By resource type, what is to be remembered of its index; a text that the store does not read. */
  states: ReadonlyMap<string, string>;
}

/** What is told of one event for good: who did what. Rows are never changed, and each is bound to the one before (see `auditHash`). */
export interface AuditRow {
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** What it is found by, in an order that the store keeps; without blanks in them. */
  keys: readonly string[];
  /** All else; a text that the store does not read, never empty. */
  text: string;
}

/** An audit row with its number in the order of writing, which is never given twice. */
export interface StoredAuditRow extends AuditRow {
  sequence: number;
}

/** An audit row as the chain has it. `text` is empty where the rows up to this one were forgotten. */
export interface ChainedAuditRow extends StoredAuditRow {
  hash: Uint8Array;
}

/** Which audit rows are asked for, by time and then by number. All conditions must hold. */
export interface AuditQuery {
  /** Those that have one of these keys. */
  anyOf?: readonly string[];
  /** From `low` to before `high`, milliseconds since 1970 UTC. */
  at?: DateRange;
  /** Those behind a row, in the order that is asked for. */
  after?: readonly [at: number, sequence: number];
  newestFirst?: boolean;
  count: number;
}

/** Changes that become visible and durable together, or not at all. */
export interface Unit {
  changes: readonly Change[];
  /** Resources that must be there, not deleted, when the unit is applied (or be created by the unit itself). */
  mustExist?: readonly ResourceKey[];
  /** Versions that must be current, as they were when the unit was made, of resources that it leaves as they are. */
  mustBeCurrent?: readonly CurrentVersion[];
  /** Searches that must find, before the unit is applied, what they found when it was made. */
  matches?: readonly MatchCondition[];
  /** Searches that find nothing new when the unit is applied: what was decided by what they found still holds. */
  nothingNew?: readonly NewestCondition[];
  /**
   * Gives the time of all changes, in milliseconds since 1970 UTC, when the unit takes its place in the order of commits. It is put in
   * place of the `lastUpdated` of each change, and into its text, where `stampResource` has put that. With it, handing over a large unit
   * takes turns with other work.
   */
  time?: () => number;
  /** What nothing may refer to when the unit is applied. */
  unreferred?: UnreferredCondition;
  /** The unit is applied only if nobody has this name. */
  once?: Once;
  /** What is indexed anew, applied with the rest. */
  indexing?: Indexing;
  /** What is told of it, written if it is applied. */
  audit?: readonly AuditRow[];
  /** Audit rows before this time, in milliseconds since 1970 UTC, are forgotten: the oldest first, some thousands in one unit. */
  forgetAuditBefore?: number;
  /** Judge the unit as if it were to be applied, and answer so, but change nothing. */
  isTrial?: boolean;
}

/** A business identity that another resource has. */
export interface TakenIdentity {
  identity: string;
  key: ResourceKey;
}

/** What became of a unit. Only `committed` changed anything, unless it was a trial; it is answered when the unit is on disk. */
export type CommitResult =
  | { outcome: 'committed' }
  | { outcome: 'version-conflict'; key: ResourceKey; currentVersionId: number }
  | { outcome: 'exists'; key: ResourceKey }
  | { outcome: 'multiple-matches' }
  | { outcome: 'matches-changed' }
  | { outcome: 'used-before' }
  | ({ outcome: 'identity-taken'; others?: readonly TakenIdentity[] } & TakenIdentity)
  | { outcome: 'references-missing'; missing: readonly ResourceKey[] }
  /** `by` has `MOST_REFERRERS` of them at most; `isMore` says that there are others. */
  | { outcome: 'referred'; key: ResourceKey; by: readonly ResourceKey[]; isMore: boolean };

/** Where a page of a search or a history ended. Opaque to all but the store that made it; plain JSON. */
export type Cursor = readonly (string | number | null)[];

/** Bytes of bodies that end a page, however many resources were asked for: it ends with the body that reaches them. */
export const PAGE_BYTES = 32 * 1024 * 1024;

/** What a search or a history found, up to the count that was asked for or `PAGE_BYTES`. */
export interface Page<Version extends StoredVersion = StoredVersion> {
  versions: readonly Version[];
  /** Absent on the last page. */
  next?: Cursor;
  /** Absent on the first page, and of histories. */
  previous?: Cursor;
  /** Number of all matches where it was asked for or is cheap and exact. */
  total?: number;
}

/** Which versions a history has, deletions included. All conditions must hold. Times are milliseconds since 1970 UTC. */
export interface HistoryQuery {
  /** Versions of one resource, or of all resources of these types. */
  of: ResourceKey | { resourceTypes: readonly string[] };
  /** Size of a page. */
  count: number;
  /** By commit, oldest first; the other way round where this is not said. */
  oldestFirst?: boolean;
  /** Those stored at or after a time. */
  since?: number;
  /** Those that were current at some time from `low` to before `high`. */
  at?: DateRange;
}

/** A version as a history shows it. */
export interface HistoryVersion extends StoredVersion {
  /** There was nothing before it, or a deletion. */
  creates: boolean;
}

/**
 * A part of a history, in its order. A page may have fewer versions than asked for, or none, and still a `next`: where only few of very
 * many versions are meant.
 */
export type HistoryPage = Page<HistoryVersion>;

/**
 * Where resources live. Two implementations, one contract suite (`test/contract`). Every method may reject with StoreError when
 * the store cannot do its work at the moment (disk full, gone); nothing else is thrown for what a client can cause.
 */
export interface Store {
  /** Key for signing what clients hand back (cursors); made once per store, shared by all its processes. */
  readonly signingKey: Buffer;
  /** Whether other processes may write to it too, so that nothing may be remembered of it for good. */
  readonly isShared: boolean;
  /** The greatest lastUpdated stored so far, 0 for an empty store; a clock that starts from here never runs backwards. */
  readonly lastUpdated: number;
  /** The current version, a deletion included; undefined if there never was one. */
  read(key: ResourceKey): Promise<StoredVersion | undefined>;
  readVersion(key: ResourceKey, versionId: number): Promise<StoredVersion | undefined>;
  /** Versions as they were stored. A series of pages has each of its versions once, whatever is written meanwhile. */
  history(query: HistoryQuery, after?: Cursor): Promise<HistoryPage>;
  /** Current, not deleted resources that match. `next` is given while there are more. */
  search(query: SearchQuery, after?: Cursor): Promise<Page>;
  commit(unit: Unit): Promise<CommitResult>;
  /**
   * Versions in the order of their commit, after a sequence number; a reader that goes on from the last one misses none.
   * Where `bodiesOf` is given, the bodies of other types than these may be left out: empty, as long as nothing.
   */
  changes(afterSequence: number, limit: number, bodiesOf?: readonly string[]): Promise<readonly SequencedVersion[]>;
  /**
   * Of each resource of these types its newest version, a deletion included, where that was committed after a sequence number; in the
   * order of their commit. Costs what the resources of these types cost, however many others there are.
   */
  newest(resourceTypes: readonly string[], afterSequence: number, limit: number): Promise<readonly SequencedVersion[]>;
  /** What units have left to be remembered of the index, by resource type. */
  indexStates(): Promise<ReadonlyMap<string, string>>;
  auditRows(query: AuditQuery): Promise<readonly StoredAuditRow[]>;
  /** Audit rows in the order in which they were written, after a number, with what binds them to each other. */
  auditChain(afterSequence: number, limit: number): Promise<readonly ChainedAuditRow[]>;
  /** Resolves when every unit that was handed over before the call is committed, refused or failed. */
  settled(): Promise<void>;
  /** Answers if the store can read and write now; rejects if not. */
  check(): Promise<void>;
  /** Numbers about the store's work, by name (lower camel case), for whoever watches it. Counters count from the opening. */
  statistics(): Record<string, number>;
  /** Commits what was accepted, then releases files and threads. */
  close(): Promise<void>;
}
