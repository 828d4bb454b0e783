import type { SequencedVersion, Store } from '../../store/store.ts';

/** The changes of a store in the order of their commit, read by many who are mostly at the same place. */
export interface ChangeLog {
  /** What follows a sequence number, up to a page; empty at the end. */
  read(after: number): Promise<readonly SequencedVersion[]>;
  /** Lets the pages go: what was the end of the log may not be it any more. */
  forget(): void;
}

const PAGE = 200;

/** Reads each page once, until `forget`. */
export const createChangeLog = (store: Pick<Store, 'changes'>): ChangeLog => {
  const pages = new Map<number, Promise<readonly SequencedVersion[]>>();
  return {
    read: after => {
      let page = pages.get(after);
      if (page === undefined) {
        page = store.changes(after, PAGE);
        pages.set(after, page);
      }
      return page;
    },
    forget: () => pages.clear(),
  };
};
