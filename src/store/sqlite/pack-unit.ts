import { timeAt } from '../../fhir/stamp-resource.ts';
import type { IndexEntry } from '../../search/index-entry.ts';
import type { SearchQuery } from '../../search/query.ts';
import { bounded } from '../bounded.ts';
import type {
  AuditRow,
  Change,
  CurrentVersion,
  Indexing,
  MatchCondition,
  NewestCondition,
  Once,
  ReferringParameter,
  ResourceKey,
  Unit,
  UnreferredCondition,
} from '../store.ts';
import type { PacketReader, PacketWriter } from './packet.ts';
import { printPlain } from './plain.ts';
import { shapeOf } from './shapes.ts';
import type { TermKeys } from './term-keys.ts';

/** A unit as the writer sees it: extracted values are keys and numbers by now. */
export interface PackedUnit {
  changes: PackedChange[];
  /** `Type/id` of what must exist. */
  mustExist: string[];
  mustBeCurrent: CurrentVersion[];
  matches: MatchCondition[];
  nothingNew: NewestCondition[];
  unreferred: UnreferredCondition;
  once: Once | undefined;
  indexing: { resources: PackedIndex[]; states: { resourceType: string; state: string }[] };
  audit: AuditRow[];
  /** Audit rows before this time go; 0: none. */
  forgetAuditBefore: number;
  /** Nothing is to be changed. */
  isTrial: boolean;
}

/** What a version is found under, hashed. */
export interface PackedEntries {
  terms: Int32Array;
  strings: { parameter: number; folded: string }[];
  ranges: { parameter: number; low: number; high: number }[];
  /** JSON, see `printPlain`; empty where there is nothing in it. */
  plain: string;
  /** What the resource has (see `Shapes`), and the number of that. */
  shape: string;
  shapeNumber: number;
}

/** A version that is indexed anew. */
export interface PackedIndex extends ResourceKey, PackedEntries {
  versionId: number;
}

/** A change as the writer thread gets it: its index entries hashed. */
export interface PackedChange extends ResourceKey, PackedEntries {
  versionId: number;
  lastUpdated: number;
  method: Change['method'];
  /** The versions before are emptied. */
  erases: boolean;
  body: Uint8Array;
  identities: string[];
  ifNoneExist?: SearchQuery;
}

const METHODS: readonly Change['method'][] = ['POST', 'PUT', 'DELETE'];

/** Writes a unit into a packet, its index entries hashed. */
export function packUnit(unit: Unit, keys: TermKeys, packet: PacketWriter): void {
  packet.number(unit.changes.length);
  for (const change of unit.changes) packChange(change, unit, keys, packet);
  packConditions(unit, keys, packet);
}

/** Room for the texts of changes: few have more than one byte for a letter, and the last one is given all that it could take. */
const mostlyAscii = (changes: readonly Change[]): number => {
  let [sum, most] = [0, 0];
  for (const { text = '' } of changes) {
    sum += text.length;
    most = Math.max(most, text.length);
  }
  return Math.ceil(sum * 1.1) + most * 3;
};

/** As `packUnit`, with turns for other work. What is written to the packet meanwhile must be this unit alone. */
export async function packInTurns(
  unit: Unit,
  keys: TermKeys,
  packet: PacketWriter,
  turn: () => Promise<void>,
): Promise<void> {
  packet.number(unit.changes.length);
  packet.expect(mostlyAscii(unit.changes));
  for (const change of unit.changes) {
    await turn();
    packChange(change, unit, keys, packet);
  }
  packConditions(unit, keys, packet);
}

function packConditions(unit: Unit, keys: TermKeys, packet: PacketWriter): void {
  const { mustExist = [], mustBeCurrent = [], matches = [], nothingNew = [], unreferred, once, indexing } = unit;
  const { audit = NO_ROWS, forgetAuditBefore = 0, isTrial } = unit;
  packet.number(mustExist.length);
  for (const key of mustExist) packet.text(`${key.resourceType}/${key.id}`);
  packet.number(mustBeCurrent.length);
  for (const { resourceType, id, versionId } of mustBeCurrent) {
    packet.text(resourceType);
    packet.text(id);
    packet.number(versionId);
  }
  packet.number(matches.length);
  for (const { query, id } of matches) {
    packet.query(query);
    packet.text(id ?? '');
  }
  packet.number(nothingNew.length);
  for (const { query, newest } of nothingNew) {
    packet.query(query);
    packet.text(newest?.resourceType ?? '');
    packet.text(newest?.id ?? '');
    packet.number(newest?.versionId ?? 0);
  }
  packUnreferred(unreferred ?? NOTHING_UNREFERRED, packet);
  packet.number(once === undefined ? 0 : 1);
  if (once !== undefined) {
    packet.text(once.name);
    packet.number(once.from);
    packet.number(once.until);
  }
  packIndexing(indexing ?? NOTHING_INDEXED, keys, packet);
  packet.number(audit.length);
  for (const { at, keys: found, text } of audit) {
    packet.number(at);
    packet.text(found.join(' '));
    packet.text(text);
  }
  packet.number(forgetAuditBefore);
  packet.number(isTrial === true ? 1 : 0);
}

const NO_ROWS: readonly AuditRow[] = [];

const NOTHING_INDEXED: Indexing = { resources: [], states: new Map() };

function packIndexing({ resources, states }: Indexing, keys: TermKeys, packet: PacketWriter): void {
  packet.number(resources.length);
  for (const { resourceType, id, versionId, index } of resources) {
    packet.text(resourceType);
    packet.text(id);
    packet.number(versionId);
    packEntries(resourceType, index, keys, packet);
  }
  packet.number(states.size);
  for (const [resourceType, state] of states) {
    packet.text(resourceType);
    packet.text(state);
  }
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

function packChange(change: Change, { time }: Unit, keys: TermKeys, packet: PacketWriter): void {
  const { resourceType, text, identities = [], ifNoneExist } = change;
  packet.text(resourceType);
  packet.text(change.id);
  packet.number(change.versionId);
  packet.number(change.lastUpdated);
  if (time !== undefined) packet.leaveTime(text === undefined ? undefined : packet.size + timeAt(text));
  packet.number(METHODS.indexOf(change.method));
  packet.number(change.erases === true ? 1 : 0);
  packet.number(text === undefined ? 0 : packet.body(text));
  packet.number(ifNoneExist === undefined ? 0 : 1);
  if (ifNoneExist !== undefined) packet.query(ifNoneExist);
  packet.number(identities.length);
  for (const identity of identities) packet.text(identity);
  packEntries(resourceType, change.method === 'DELETE' ? NOT_FOUND : change.index, keys, packet);
}

/** What a deletion is found under: not even among those of its type. */
const NOT_FOUND: readonly IndexEntry[] = [];

function packEntries(resourceType: string, entries: readonly IndexEntry[], keys: TermKeys, packet: PacketWriter): void {
  const isDeleted = entries === NOT_FOUND;
  const termsBefore = packet.termCount;
  const termCount = packet.reserve();
  const shape = isDeleted ? '' : shapeOf(entries);
  packet.text(shape);
  packet.number(isDeleted ? 0 : keys.type(resourceType, shape, packet.term));
  packet.text(printPlain(entries));
  const strings = packet.reserve();
  let stringCount = 0;
  for (const entry of entries) {
    keys.entry(resourceType, entry, packet.term);
    if (entry.kind !== 'string' && entry.kind !== 'text') continue;
    packet.number(keys.parameter(resourceType, entry.parameter));
    packet.text(entry.kind === 'string' ? entry.folded : entry.text);
    stringCount++;
  }
  packet.fill(termCount, packet.termCount - termsBefore);
  packet.fill(strings, stringCount);

  const ranges = packet.reserve();
  let rangeCount = 0;
  for (const entry of entries) {
    if (entry.kind !== 'date' && entry.kind !== 'number') continue;
    packet.number(keys.parameter(resourceType, entry.parameter));
    packet.number(bounded(entry.kind, entry.low));
    packet.number(bounded(entry.kind, entry.high));
    rangeCount++;
  }
  packet.fill(ranges, rangeCount);
}

/** Reads the next unit of a packet, as `packUnit` wrote it. */
export function unpackUnit(packet: PacketReader): PackedUnit {
  return {
    changes: listOf(packet, unpackChange),
    mustExist: listOf(packet, () => packet.text()),
    mustBeCurrent: listOf(packet, () => ({
      resourceType: packet.text(),
      id: packet.text(),
      versionId: packet.number(),
    })),
    matches: listOf(packet, unpackCondition),
    nothingNew: listOf(packet, unpackNewest),
    unreferred: {
      keys: listOf(packet, (): ResourceKey => ({ resourceType: packet.text(), id: packet.text() })),
      by: listOf(packet, (): ReferringParameter => ({ resourceType: packet.text(), parameter: packet.text() })),
    },
    once: packet.number() === 1 ? { name: packet.text(), from: packet.number(), until: packet.number() } : undefined,
    indexing: {
      resources: listOf(packet, unpackIndex),
      states: listOf(packet, () => ({ resourceType: packet.text(), state: packet.text() })),
    },
    audit: listOf(packet, () => ({ at: packet.number(), keys: packet.text().split(' '), text: packet.text() })),
    forgetAuditBefore: packet.number(),
    isTrial: packet.number() === 1,
  };
}

const unpackIndex = (packet: PacketReader): PackedIndex => ({
  resourceType: packet.text(),
  id: packet.text(),
  versionId: packet.number(),
  ...unpackEntries(packet),
});

function unpackEntries(packet: PacketReader): PackedEntries {
  const termCount = packet.number();
  const shape = packet.text();
  const shapeNumber = packet.number();
  const plain = packet.text();
  const strings = listOf(packet, () => ({ parameter: packet.number(), folded: packet.text() }));
  const ranges = listOf(packet, () => ({ parameter: packet.number(), low: packet.number(), high: packet.number() }));
  const terms = packet.terms(termCount);
  return { terms, shape, shapeNumber, plain, strings, ranges };
}

function unpackCondition(packet: PacketReader): MatchCondition {
  const query = packet.query();
  const id = packet.text();
  return id === '' ? { query } : { query, id };
}

function unpackNewest(packet: PacketReader): NewestCondition {
  const query = packet.query();
  const newest = { resourceType: packet.text(), id: packet.text(), versionId: packet.number() };
  return newest.id === '' ? { query } : { query, newest };
}

function unpackChange(packet: PacketReader): PackedChange {
  const head = {
    resourceType: packet.text(),
    id: packet.text(),
    versionId: packet.number(),
    lastUpdated: packet.number(),
    method: METHODS[packet.number()]!,
    erases: packet.number() === 1,
    body: packet.body(packet.number()),
  };
  const conditional = packet.number() === 1 ? { ifNoneExist: packet.query() } : {};
  const identities = listOf(packet, () => packet.text());
  return { ...head, ...conditional, identities, ...unpackEntries(packet) };
}

function listOf<T>(packet: PacketReader, read: (packet: PacketReader) => T): T[] {
  const list: T[] = [];
  for (let left = packet.number(); left > 0; left--) list.push(read(packet));
  return list;
}
