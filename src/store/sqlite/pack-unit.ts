import type { SearchQuery } from '../../search/query.ts';
import type { Change, ResourceKey, Unit } from '../store.ts';
import type { PacketReader, PacketWriter } from './packet.ts';
import type { TermKeys } from './term-keys.ts';

/** A unit as the writer sees it: extracted values are keys and numbers by now. */
export interface PackedUnit {
  changes: PackedChange[];
  /** `Type/id` of what must exist. */
  mustExist: string[];
}

/** A change as the writer thread gets it: its body deflated, its index entries hashed. */
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

/** Writes a unit into a packet, its index entries hashed. */
export function packUnit(unit: Unit, keys: TermKeys, packet: PacketWriter): void {
  packet.value(unit.changes.length);
  for (const change of unit.changes) packChange(change, keys, packet);
  const { mustExist = [] } = unit;
  packet.value(mustExist.length);
  for (const key of mustExist) packet.value(`${key.resourceType}/${key.id}`);
}

function packChange(change: Change, keys: TermKeys, packet: PacketWriter): void {
  const { resourceType, identities = [] } = change;
  packet.value(resourceType);
  packet.value(change.id);
  packet.value(change.versionId);
  packet.value(change.lastUpdated);
  packet.value(change.method);
  packet.value(change.text === undefined ? 0 : packet.body(change.text));
  packet.value(change.ifNoneExist ?? null);
  packet.value(identities.length);
  for (const identity of identities) packet.value(identity);

  const termsBefore = packet.termCount;
  const termCount = packet.reserve();
  const strings = packet.reserve();
  let stringCount = 0;
  if (change.method !== 'DELETE') {
    keys.type(resourceType, packet.term);
    for (const entry of change.index) {
      keys.entry(resourceType, entry, packet.term);
      if (entry.kind !== 'string') continue;
      packet.value(keys.parameter(resourceType, entry.parameter));
      packet.value(entry.folded);
      stringCount++;
    }
  }
  packet.fill(termCount, packet.termCount - termsBefore);
  packet.fill(strings, stringCount);

  const dates = packet.reserve();
  let dateCount = 0;
  if (change.method !== 'DELETE') {
    for (const entry of change.index) {
      if (entry.kind !== 'date') continue;
      packet.value(keys.parameter(resourceType, entry.parameter));
      packet.value(boundedTime(entry.low));
      packet.value(boundedTime(entry.high));
      dateCount++;
    }
  }
  packet.fill(dates, dateCount);
}

/** Reads the next unit of a packet, as `packUnit` wrote it. */
export function unpackUnit(packet: PacketReader): PackedUnit {
  const changes: PackedChange[] = [];
  for (let left = packet.number(); left > 0; left--) changes.push(unpackChange(packet));
  const mustExist: string[] = [];
  for (let left = packet.number(); left > 0; left--) mustExist.push(packet.text());
  return { changes, mustExist };
}

function unpackChange(packet: PacketReader): PackedChange {
  const head = {
    resourceType: packet.text(),
    id: packet.text(),
    versionId: packet.number(),
    lastUpdated: packet.number(),
    method: packet.text() as Change['method'],
    body: packet.body(packet.number()),
  };
  const ifNoneExist = packet.query();
  const identities: string[] = [];
  for (let left = packet.number(); left > 0; left--) identities.push(packet.text());
  const terms = packet.terms(packet.number());
  const strings: PackedChange['strings'] = [];
  for (let left = packet.number(); left > 0; left--) {
    strings.push({ parameter: packet.number(), folded: packet.text() });
  }
  const dates: PackedChange['dates'] = [];
  for (let left = packet.number(); left > 0; left--) {
    dates.push({ parameter: packet.number(), low: packet.number(), high: packet.number() });
  }
  const change: PackedChange = { ...head, terms, strings, dates, identities };
  if (ifNoneExist !== null) change.ifNoneExist = ifNoneExist;
  return change;
}
