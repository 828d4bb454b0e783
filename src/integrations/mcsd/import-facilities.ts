import { FhirError } from '../../fhir/fhir-error.ts';
import { OutgoingError } from '../../security/outgoing.ts';
import type { Exchange } from '../connector/exchange.ts';
import { type Changes, FACILITY_TYPES, NoAnswer, readHistory, readNow, type Source } from './read-source.ts';
import { Ambiguous, type TakeContext, type Taken, takeFacility } from './take-facility.ts';

/** What importing needs. */
export interface ImportContext extends TakeContext {
  source: Source;
  /** Is told how it went. */
  tell: (told: Pick<Exchange, 'outcome' | 'message' | 'reason'>) => void;
}

/** How far the import has come. */
interface State {
  /** By the clock of the source, in milliseconds since 1970 UTC. */
  since: number;
  /** References at the source to what could not be stored; they are asked for again. */
  left: readonly string[];
}

const STATE_TYPE = 'kiungo-mcsd-import';
const STATE = { resourceType: STATE_TYPE, id: 'facilities' };
const HOUR_MS = 3_600_000;
/** Changes of so long before are asked for again: what is committed late has an early time. */
const OVERLAP_MS = 10 * 60_000;
const MOST_TOLD = 5;
/** Of more than so many that are left, all are asked for again by the history. */
const MOST_LEFT = 500;

type Counts = Record<Exclude<Taken, 'waits'>, number>;

const faultOf = (error: unknown): string => {
  if (error instanceof Ambiguous) return error.message;
  if (error instanceof FhirError && error.status < 500)
    return [...new Set(error.issues.map(({ rule }) => rule))].join(', ');
  throw error;
};

/** Takes what refers to nothing that is not here, again and again, until nothing more can be taken. Gives what was left, with the reason. */
const takeAll = async (context: ImportContext, changes: Changes, counts: Counts): Promise<Map<string, string>> => {
  const left = new Map<string, string>();
  let waiting = [...changes];
  for (let before = Number.POSITIVE_INFINITY; waiting.length > 0 && waiting.length < before; ) {
    before = waiting.length;
    const again: typeof waiting = [];
    for (const [reference, told] of waiting) {
      try {
        const taken = await takeFacility(context, reference, told);
        if (taken === 'waits') again.push([reference, told]);
        else counts[taken]++;
      } catch (error) {
        left.set(reference, faultOf(error));
      }
    }
    waiting = again;
  }
  for (const [reference] of waiting) left.set(reference, 'refers to what is not here');
  return left;
};

const readChanges = async ({ source }: ImportContext, { since, left }: State) => {
  const changes: Changes = new Map();
  const times = [since];
  for (const type of FACILITY_TYPES) times.push((await readHistory(source, type, since, changes)) - OVERLAP_MS);
  for (const reference of left) if (!changes.has(reference)) await readNow(source, reference, changes);
  return { changes, since: Math.max(...times) };
};

const toldOf = (left: ReadonlyMap<string, string>): { reason?: string } => {
  if (left.size === 0) return {};
  const some = [...left].slice(0, MOST_TOLD).map(([reference, why]) => `${reference} (${why})`);
  return {
    reason: `${left.size} facilities cannot be stored: ${some.join('; ')}${left.size > MOST_TOLD ? ' ...' : ''}`,
  };
};

/**
 * Asks the source for the facilities that have changed since it was asked last, and takes them. Of several processes one asks in an hour. What was taken stays where
 * the source fails on its way; the next time asks for the same again. https://profiles.ihe.net/ITI/mCSD/ITI-91.html
 */
export const importFacilities = async (context: ImportContext): Promise<void> => {
  const { deps, tell } = context;
  const from = deps.now();
  const hour = Math.floor(from / HOUR_MS);
  const once = { name: `mcsd ${hour}`, from, until: (hour + 2) * HOUR_MS };
  if ((await deps.store.commit({ changes: [], once })).outcome !== 'committed') return;
  const version = await deps.store.read(STATE);
  const state = version === undefined ? { since: 0, left: [] } : (JSON.parse(version.body) as State);
  try {
    const { changes, since } = await readChanges(context, state);
    const counts: Counts = { unchanged: 0, created: 0, updated: 0, ended: 0 };
    const left = await takeAll(context, changes, counts);
    const isFew = left.size <= MOST_LEFT;
    const next: State = isFew ? { since, left: [...left.keys()] } : { since: state.since, left: state.left };
    const text = JSON.stringify(next);
    const over = version?.versionId ?? 0;
    const head = {
      ...STATE,
      versionId: over + 1,
      lastUpdated: deps.now(),
      method: over === 0 ? 'POST' : 'PUT',
    } as const;
    await deps.store.commit({ changes: [{ ...head, text, index: [] }] });
    const message = Object.entries({ ...counts, left: left.size })
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
    tell({ outcome: 'delivered', message, ...toldOf(left) });
  } catch (error) {
    if (!(error instanceof NoAnswer) && !(error instanceof OutgoingError)) throw error;
    tell({ outcome: 'failed', message: 'facilities', reason: error.message });
  }
};
