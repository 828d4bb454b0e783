import type { SearchQuery } from '../../search/query.ts';
import type { Change, MatchCondition, ReferringParameter, ResourceKey, Unit, UnreferredCondition } from '../store.ts';
import type { PacketReader, PacketWriter } from './packet.ts';
import type { TermKeys } from './term-keys.ts';

/** A unit as the writer sees it: extracted values are keys and numbers by now. */
export interface PackedUnit {
  changes: PackedChange[];
  /** `Type/id` of what must exist. */
  mustExist: string[];
  matches: MatchCondition[];
  unreferred: UnreferredCondition;
  /** Nothing is to be changed. */
  isTrial: boolean;
}

/** A change as the writer thread gets it: its index entries hashed. */
export interface PackedChange extends ResourceKey {
  versionId: number;
  lastUpdated: number;
  method: Change['method'];
  body: Uint8Array;
  terms: Int32Array;
  strings: { parameter: number; folded: string }[];
  dates: { parameter: number; low: number; high: number }[];
  identities: string[];
  ifNoneExist?: SearchQuery;
}

/** The farthest times that a JavaScript Date can hold stand for ranges that are open. */
const FARTHEST = 8.64e15;

/** A time that is not infinite, milliseconds since 1970 UTC. */
export const boundedTime = (time: number): number => Math.max(-FARTHEST, Math.min(FARTHEST, time));

const METHODS: readonly Change['method'][] = ['POST', 'PUT', 'DELETE'];

/** Writes a unit into a packet, its index entries hashed. */
export function packUnit(unit: Unit, keys: TermKeys, packet: PacketWriter): void {
  packet.number(unit.changes.length);
  for (const change of unit.changes) packChange(change, keys, packet);
  const { mustExist = [] } = unit;
  packet.number(mustExist.length);
  for (const key of mustExist) packet.text(`${key.resourceType}/${key.id}`);
  const { matches = [] } = unit;
  packet.number(matches.length);
  for (const { query, id } of matches) {
    packet.query(query);
    packet.text(id ?? '');
  }
  packUnreferred(unit.unreferred ?? NOTHING_UNREFERRED, packet);
  packet.number(unit.isTrial === true ? 1 : 0);
}

const NOTHING_UNREFERRED: UnreferredCondition = { keys: [], by: [] };

function packUnreferred({ keys, by }: UnreferredCondition, packet: PacketWriter): void {
  packet.number(keys.length);
  for (const { resourceType, id } of keys) {
    packet.text(resourceType);
    packet.text(id);
  }
  packet.number(by.length);
  for (const { resourceType, parameter } of by) {
    packet.text(resourceType);
    packet.text(parameter);
  }
}

function packChange(change: Change, keys: TermKeys, packet: PacketWriter): void {
  const { resourceType, identities = [], ifNoneExist } = change;
  packet.text(resourceType);
  packet.text(change.id);
  packet.number(change.versionId);
  packet.number(change.lastUpdated);
  packet.number(METHODS.indexOf(change.method));
  packet.number(change.text === undefined ? 0 : packet.body(change.text));
  packet.number(ifNoneExist === undefined ? 0 : 1);
  if (ifNoneExist !== undefined) packet.query(ifNoneExist);
  packet.number(identities.length);
  for (const identity of identities) packet.text(identity);
  packEntries(change, keys, packet);
}

function packEntries({ resourceType, method, index }: Change, keys: TermKeys, packet: PacketWriter): void {
  const isDeleted = method === 'DELETE';
  const entries = isDeleted ? [] : index;
  const termsBefore = packet.termCount;
  const termCount = packet.reserve();
  const strings = packet.reserve();
  let stringCount = 0;
  if (!isDeleted) keys.type(resourceType, packet.term);
  for (const entry of entries) {
    keys.entry(resourceType, entry, packet.term);
    if (entry.kind !== 'string') continue;
    packet.number(keys.parameter(resourceType, entry.parameter));
    packet.text(entry.folded);
    stringCount++;
  }
  packet.fill(termCount, packet.termCount - termsBefore);
  packet.fill(strings, stringCount);

  const dates = packet.reserve();
  let dateCount = 0;
  for (const entry of entries) {
    if (entry.kind !== 'date') continue;
    packet.number(keys.parameter(resourceType, entry.parameter));
    packet.number(boundedTime(entry.low));
    packet.number(boundedTime(entry.high));
    dateCount++;
  }
  packet.fill(dates, dateCount);
}

/** Reads the next unit of a packet, as `packUnit` wrote it. */
export function unpackUnit(packet: PacketReader): PackedUnit {
  return {
    changes: listOf(packet, unpackChange),
    mustExist: listOf(packet, () => packet.text()),
    matches: listOf(packet, unpackCondition),
    unreferred: {
      keys: listOf(packet, (): ResourceKey => ({ resourceType: packet.text(), id: packet.text() })),
      by: listOf(packet, (): ReferringParameter => ({ resourceType: packet.text(), parameter: packet.text() })),
    },
    isTrial: packet.number() === 1,
  };
}

function unpackCondition(packet: PacketReader): MatchCondition {
  const query = packet.query();
  const id = packet.text();
  return id === '' ? { query } : { query, id };
}

function unpackChange(packet: PacketReader): PackedChange {
  const head = {
    resourceType: packet.text(),
    id: packet.text(),
    versionId: packet.number(),
    lastUpdated: packet.number(),
    method: METHODS[packet.number()]!,
    body: packet.body(packet.number()),
  };
  const conditional = packet.number() === 1 ? { ifNoneExist: packet.query() } : {};
  const identities = listOf(packet, () => packet.text());
  const termCount = packet.number();
  const strings = listOf(packet, () => ({ parameter: packet.number(), folded: packet.text() }));
  const dates = listOf(packet, () => ({ parameter: packet.number(), low: packet.number(), high: packet.number() }));
  return { ...head, ...conditional, identities, terms: packet.terms(termCount), strings, dates };
}

function listOf<T>(packet: PacketReader, read: (packet: PacketReader) => T): T[] {
  const list: T[] = [];
  for (let left = packet.number(); left > 0; left--) list.push(read(packet));
  return list;
}
