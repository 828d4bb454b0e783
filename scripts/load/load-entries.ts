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

const sendAll = async ({ store }: Destination, entries: readonly LoadEntry[]): Promise<Refused[]> => {
  const answers = await Promise.all(entries.map(async entry => ({ entry, issues: await store(entry.body) })));
  return answers.filter(({ issues }) => issues.length > 0);
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

async function* groupsOf(entries: AsyncIterable<LoadEntry>, most: number): AsyncGenerator<LoadEntry[]> {
  let group: LoadEntry[] = [];
  for await (const entry of entries) {
    const goesAlone = mayBeBundle(entry);
    if (goesAlone && group.length > 0) {
      yield group;
      group = [];
    }
    if (group.push(entry) < most && !goesAlone) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** Stores entries group by group, in the order in which they come, and tells what became of each group. */
export async function* loadEntries(
  destination: Destination,
  entries: AsyncIterable<LoadEntry>,
): AsyncGenerator<Loaded> {
  for await (const group of groupsOf(entries, destination.atATime)) yield await loadGroup(destination, group);
}
