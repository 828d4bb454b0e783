import type { OperationOutcomeIssue } from 'fhir/r4.js';
import type { Destination } from './destination.ts';
import type { LoadEntry } from './read-entries.ts';

/** An entry that was refused, and why. */
export interface Refused {
  entry: LoadEntry;
  issues: OperationOutcomeIssue[];
}

/** What became of a group of entries. */
export interface Loaded {
  stored: number;
  refused: Refused[];
  /** The last of them. */
  last: LoadEntry;
}

/** Sends entries, some at a time. Gives those that were refused, in their order. */
const sendAll = async ({ atATime, store }: Destination, entries: readonly LoadEntry[]): Promise<Refused[]> => {
  const answers = new Map<LoadEntry, OperationOutcomeIssue[]>();
  const left = entries.values();
  const sendOn = async (): Promise<void> => {
    for (const entry of left) answers.set(entry, await store(entry.body));
  };
  await Promise.all(Array.from({ length: atATime }, sendOn));
  return entries.map(entry => ({ entry, issues: answers.get(entry)! })).filter(({ issues }) => issues.length > 0);
};

/**
 * Stores a group. What was refused is sent again as long as others got through meanwhile: an entry may refer to one of the same
 * group that became durable after it.
 */
const loadGroup = async (destination: Destination, entries: readonly LoadEntry[]): Promise<Loaded> => {
  let sent = entries.length;
  let refused = await sendAll(destination, entries);
  while (refused.length > 0 && refused.length < sent) {
    sent = refused.length;
    refused = await sendAll(
      destination,
      refused.map(({ entry }) => entry),
    );
  }
  return { stored: entries.length - refused.length, refused, last: entries.at(-1)! };
};

/** A Bundle goes by itself: a batch that is sent again would do again what it has done. */
const mayBeBundle = ({ body }: LoadEntry): boolean => body.includes('"Bundle"');

/** Of a group: few enough to be held in memory, whatever their size. */
const MOST_ENTRIES = 512;
const MOST_BYTES = 8 * 1024 * 1024;

async function* groupsOf(entries: AsyncIterable<LoadEntry>): AsyncGenerator<LoadEntry[]> {
  let group: LoadEntry[] = [];
  let bytes = 0;
  for await (const entry of entries) {
    const goesAlone = mayBeBundle(entry);
    if (group.length > 0 && (goesAlone || bytes + entry.body.length > MOST_BYTES)) {
      yield group;
      group = [];
      bytes = 0;
    }
    bytes += entry.body.length;
    if (group.push(entry) < MOST_ENTRIES && !goesAlone) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}

/** Stores entries group by group, in the order in which they come, and tells what became of each group. */
export async function* loadEntries(
  destination: Destination,
  entries: AsyncIterable<LoadEntry>,
): AsyncGenerator<Loaded> {
  for await (const group of groupsOf(entries)) yield await loadGroup(destination, group);
}
