import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SequencedVersion, Store } from '../../store/store.ts';

/** The changes of a store in the order of their commit, read by many who are mostly at the same place. */
export interface ChangeLog {
  /** What follows a sequence number, up to a page; empty at the end. */
  read(after: number): Promise<readonly SequencedVersion[]>;
  /** Lets the pages go: what was the end of the log may not be it any more. From now on the bodies of these types are read. */
  start(bodiesOf: readonly string[]): void;
}

const PAGE = 200;
/** Pages that are kept for others: whoever is far behind reads for himself. */
const MOST_PAGES = 8;

/** Reads each page once, until `start`. Other work takes turns with the pages of a long way. */
export const createChangeLog = (store: Pick<Store, 'changes'>): ChangeLog => {
  const pages = new Map<number, Promise<readonly SequencedVersion[]>>();
  let types: readonly string[] = [];
  const readPage = async (after: number): Promise<readonly SequencedVersion[]> => {
    const page = await store.changes(after, PAGE, types);
    if (page.length > 0) await nextTurn();
    return page;
  };
  return {
    read: after => {
      let page = pages.get(after);
      if (page === undefined) {
        const [oldest] = pages.keys();
        if (pages.size >= MOST_PAGES) pages.delete(oldest!);
        page = readPage(after);
        pages.set(after, page);
      }
      return page;
    },
    start: bodiesOf => {
      types = bodiesOf;
      pages.clear();
    },
  };
};
