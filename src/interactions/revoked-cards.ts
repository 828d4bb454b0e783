import { revocationIdOf } from '../card/issue-card.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Cursor } from '../store/store.ts';
import type { Deps } from './context.ts';

/** How long a list is given out before it is made anew. */
const KEEP_MS = 60_000;
/** Cards end after a year, so that only what was cancelled lately matters. */
const LONGEST_CARD_MS = 366 * 24 * 60 * 60 * 1000;

/** Revocation ids of the coverages that were cancelled, or were entered in error, while a card of theirs may be about. */
export const createRevokedCards = (
  deps: Pick<Deps, 'store' | 'now' | 'settings'>,
): (() => Promise<readonly string[]>) => {
  let made: { at: number; ids: Promise<readonly string[]> } | undefined;
  const list = async (): Promise<readonly string[]> => {
    const since = deps.now() - LONGEST_CARD_MS;
    const query: SearchQuery = {
      resourceType: 'Coverage',
      where: [
        { kind: 'token', parameter: 'status', anyOf: [{ code: 'cancelled' }, { code: 'entered-in-error' }] },
        { kind: 'lastUpdated', anyOf: [{ prefix: 'ge', low: since, high: since + 1 }] },
      ],
      sort: [],
      count: deps.settings.maxPageSize,
      total: 'none',
    };
    const ids: string[] = [];
    let after: Cursor | undefined;
    do {
      const page = await deps.store.search(query, after);
      for (const { id } of page.versions) ids.push(revocationIdOf(id));
      after = page.next;
    } while (after !== undefined);
    return ids;
  };
  return async () => {
    const at = deps.now();
    if (made === undefined || at - made.at > KEEP_MS) made = { at, ids: list() };
    try {
      return await made.ids;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
};
