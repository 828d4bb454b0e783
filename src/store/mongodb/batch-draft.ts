import type { Collection } from 'mongodb';
import { nameOf } from '../key-name.ts';
import type { AuditRow, Change, Once, Reindexed, Unit } from '../store.ts';
import type { Position } from './batch-log.ts';
import type { Collections } from './collections.ts';
import { type BatchWork, emptyWork, OPEN, type VersionDocument } from './documents.ts';
import type { Snapshot } from './snapshot.ts';
import { sortValuesOf, termsOf } from './terms.ts';
import type { WaitingUnit } from './waiting-unit.ts';
import { wordTerms } from './words.ts';

/** Where a resource stands. */
export interface Current {
  sequence: number;
  versionId: number;
  isDeleted: boolean;
  identities: readonly string[];
}

/** What is stored of what units name. */
interface Stored {
  current: Map<string, Current>;
  /** By business identity. */
  holders: Map<string, string>;
  taken: Map<string, number>;
  /** By sequence number, where the words are to be indexed anew. */
  bodies: ReadonlyMap<number, string>;
}

/** What a batch is to do: begun with what was stored, grown unit by unit. */
export class BatchDraft {
  readonly work: BatchWork = emptyWork();
  /** The changes of the units so far. */
  readonly changes: Change[] = [];
  /** What is told of the units so far; it gets its numbers when the batch is committed. */
  readonly audit: AuditRow[] = [];
  /** The time before which audit rows go; 0: none. */
  forgetAuditBefore = 0;
  readonly #position: Position;
  readonly #current: Map<string, Current>;
  readonly #holders: Map<string, string>;
  readonly #taken: Map<string, number>;
  readonly #bodies: ReadonlyMap<number, string>;
  readonly #fullTextTypes: ReadonlySet<string>;

  private constructor(position: Position, fullTextTypes: ReadonlySet<string>, stored: Stored) {
    this.#position = position;
    this.#fullTextTypes = fullTextTypes;
    this.#current = stored.current;
    this.#holders = stored.holders;
    this.#taken = stored.taken;
    this.#bodies = stored.bodies;
  }

  /**
   * Begins with all that is stored of what the units name.
   * @param fullTextTypes types whose words are indexed
   */
  static async begin(
    collections: Collections,
    snapshot: Snapshot,
    position: Position,
    units: readonly WaitingUnit[],
    fullTextTypes: ReadonlySet<string>,
  ): Promise<BatchDraft> {
    const names = new Set<string>();
    const identities = new Set<string>();
    for (const { unit } of units) {
      for (const key of keysIn(unit)) names.add(nameOf(key));
      for (const change of unit.changes) for (const identity of change.identities ?? []) identities.add(identity);
    }
    const onces = units.flatMap(({ unit }) => (unit.once === undefined ? [] : [unit.once.name]));
    const reread = units
      .flatMap(({ unit }) => unit.indexing?.resources ?? [])
      .filter(({ resourceType }) => fullTextTypes.has(resourceType));
    const [found, taken, bodies] = await Promise.all([
      findNamed(snapshot, names, identities),
      onces.length === 0 ? [] : collections.name.find({ _id: { $in: onces } }).toArray(),
      reread.length === 0 ? [] : snapshot.all({ name: { $in: reread.map(nameOf) } }, { projection: { body: 1 } }),
    ]);
    const current = new Map<string, Current>();
    const holders = new Map<string, string>();
    for (const { _id, name, versionId, method, identities: held = [] } of found) {
      current.set(name, { sequence: _id, versionId, isDeleted: method === 'DELETE', identities: held });
      for (const identity of held) holders.set(identity, name);
    }
    return new BatchDraft(position, fullTextTypes, {
      current,
      holders,
      taken: new Map(taken.map(({ _id, until }) => [_id, until])),
      bodies: new Map(bodies.map(({ _id, body }) => [_id, body])),
    });
  }

  get isEmpty(): boolean {
    const isIdle = this.audit.length === 0 && this.forgetAuditBefore === 0;
    return isIdle && Object.values(this.work).every(part => part.length === 0);
  }

  current(name: string): Current | undefined {
    return this.#current.get(name);
  }

  /** Whose name is on a business identity. */
  holder(identity: string): string | undefined {
    return this.#holders.get(identity);
  }

  isTaken({ name, from }: Once): boolean {
    return (this.#taken.get(name) ?? Number.NEGATIVE_INFINITY) >= from;
  }

  /** Takes in a unit against which nothing speaks. */
  add({ unit, changes }: WaitingUnit): void {
    // First all that goes, then all that comes: an identity may move from one resource of the unit to another.
    for (const change of changes) this.#release(nameOf(change));
    for (const change of changes) this.#addChange(change);
    if (unit.once !== undefined) {
      this.work.names.push(unit.once);
      this.#taken.set(unit.once.name, unit.once.until);
    }
    for (const resource of unit.indexing?.resources ?? []) this.#reindex(resource);
    for (const [type, state] of unit.indexing?.states ?? []) this.work.states.push({ type, state });
    if (unit.audit !== undefined) this.audit.push(...unit.audit);
    this.forgetAuditBefore = Math.max(this.forgetAuditBefore, unit.forgetAuditBefore ?? 0);
  }

  #release(name: string): void {
    for (const identity of this.#current.get(name)?.identities ?? []) {
      if (this.#holders.get(identity) === name) this.#holders.delete(identity);
    }
  }

  #addChange(change: Change): void {
    const { resourceType, id, versionId, lastUpdated, method, identities = [], erases } = change;
    const name = nameOf(change);
    const before = this.#current.get(name);
    const sequence = this.#position.sequence + 1 + this.work.versions.length;
    const isDeleted = method === 'DELETE';
    const body = change.text ?? '';
    this.work.versions.push({
      _id: sequence,
      name,
      type: resourceType,
      id,
      versionId,
      updated: lastUpdated,
      method,
      body,
      bytes: Buffer.byteLength(body),
      creates: before === undefined || before.isDeleted || erases === true,
      until: OPEN,
      ended: OPEN,
      ...(!isDeleted && { terms: this.#termsOf(change, body), keys: sortValuesOf(change.index) }),
      ...(identities.length > 0 && { identities: [...identities] }),
      indexed: this.#position.batch + 1,
    });
    if (before !== undefined) {
      this.work.superseded.push({ _id: before.sequence, until: sequence, ended: lastUpdated });
      this.#release(name);
    }
    if (erases) this.work.erased.push({ name, before: sequence });
    this.#current.set(name, { sequence, versionId, isDeleted, identities });
    for (const identity of identities) this.#holders.set(identity, name);
    this.changes.push(change);
  }

  #termsOf({ resourceType, index }: Pick<Change, 'resourceType' | 'index'>, body: string | undefined): string[] {
    const terms = termsOf(resourceType, index);
    if (body === undefined || !this.#fullTextTypes.has(resourceType)) return terms;
    return [...terms, ...wordTerms(resourceType, body)];
  }

  #reindex({ versionId, index, ...key }: Reindexed): void {
    const current = this.#current.get(nameOf(key));
    if (current === undefined || current.versionId !== versionId || current.isDeleted) return;
    const own = this.work.versions.find(({ _id }) => _id === current.sequence);
    const body = own?.body ?? this.#bodies.get(current.sequence);
    const found = { terms: this.#termsOf({ ...key, index }, body), keys: sortValuesOf(index) };
    if (own !== undefined) Object.assign(own, found);
    else this.work.reindexed.push({ _id: current.sequence, ...found });
  }
}

function* keysIn({ changes, mustExist, mustBeCurrent, nothingNew, indexing }: Unit): Generator<{
  resourceType: string;
  id: string;
}> {
  yield* changes;
  yield* mustExist ?? [];
  yield* mustBeCurrent ?? [];
  for (const { newest } of nothingNew ?? []) if (newest !== undefined) yield newest;
  yield* indexing?.resources ?? [];
}

/** Fields that say where a resource stands. */
const STANDING: Parameters<Collection<VersionDocument>['find']>[1] = {
  projection: { name: 1, versionId: 1, method: 1, identities: 1 },
};

function findNamed(
  snapshot: Snapshot,
  names: ReadonlySet<string>,
  identities: ReadonlySet<string>,
): Promise<VersionDocument[]> | [] {
  const asked = [
    ...(names.size === 0 ? [] : [{ name: { $in: [...names] } }]),
    ...(identities.size === 0 ? [] : [{ identities: { $in: [...identities] } }]),
  ];
  return asked.length === 0 ? [] : snapshot.all({ $or: asked }, { ...STANDING });
}
