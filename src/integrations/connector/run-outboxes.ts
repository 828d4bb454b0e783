import type { Store } from '../../store/store.ts';
import { createChangeLog } from './change-log.ts';
import { createLease } from './lease.ts';
import { createOutboxWorker, type OutboxWorker, type WorkerContext } from './outbox-worker.ts';
import type { Peer } from './peer.ts';

/** The work for all peers in this process. */
export interface Outboxes {
  /** Lets the work for each peer go on that does not wait for an answer; resolves when nothing is left to do now. */
  work(): Promise<void>;
  /** Ends the work, and stores how far it has come. */
  close(): Promise<void>;
}

/**
 * Makes what works for peers: each has a worker of its own, so that none waits for another.
 * @param options.peers those that there are at the moment; the same object as long as a peer has not changed
 * @param options.term see `createLease`
 * @param options.fault is told what a worker has thrown: that the store does not answer, or a bug. It goes on at the next call
 */
export const runOutboxes = ({
  store,
  peers,
  term,
  fault,
  ...context
}: Omit<WorkerContext, 'store' | 'log' | 'lease'> & {
  store: Pick<Store, 'read' | 'readVersion' | 'commit' | 'changes'>;
  peers: () => readonly Peer[];
  term: string;
  fault: (peer: string, error: unknown) => void;
}): Outboxes => {
  const log = createChangeLog(store);
  const workers = new Map<Peer, { worker: OutboxWorker; busy: Promise<void> | undefined }>();
  const leases = new Map<string, ReturnType<typeof createLease>>();
  /** Peers that are no more, but whose work has not ended, by their names. */
  const ending = new Map<string, { peer: Peer; ended: Promise<void> }>();
  let isClosed = false;

  const leaseOf = (peer: string): ReturnType<typeof createLease> => {
    const lease = leases.get(peer) ?? createLease(store, { peer, term, now: context.now });
    leases.set(peer, lease);
    return lease;
  };

  /** Of a peer that has changed, or is no more; whoever has its name next waits for it. */
  const end = (peer: Peer): Promise<void> => {
    const { worker, busy } = workers.get(peer)!;
    workers.delete(peer);
    const ended = Promise.resolve(busy)
      .then(() => worker.save())
      .catch((error: unknown) => fault(peer.name, error))
      .finally(() => ending.delete(peer.name));
    ending.set(peer.name, { peer, ended });
    return ended;
  };

  const start = async (peer: Peer): Promise<void> => {
    if (ending.has(peer.name)) return;
    const known = workers.get(peer) ?? {
      worker: createOutboxWorker(peer, { ...context, store, log, lease: leaseOf(peer.name) }),
      busy: undefined,
    };
    workers.set(peer, known);
    known.busy ??= known.worker
      .work()
      .catch((error: unknown) => fault(peer.name, error))
      .finally(() => {
        known.busy = undefined;
      });
    await known.busy;
  };

  return {
    work: async () => {
      if (isClosed) return;
      const current = peers();
      const isCurrent = new Set(current);
      const ended = [...workers.keys()].filter(peer => !isCurrent.has(peer)).map(end);
      const reading = [...current, ...[...ending.values()].map(({ peer }) => peer)];
      log.start([...new Set(reading.flatMap(({ resourceTypes }) => resourceTypes))]);
      await Promise.all([...ended, ...current.map(start)]);
    },
    close: async () => {
      isClosed = true;
      for (const peer of workers.keys()) end(peer);
      await Promise.all([...ending.values()].map(({ ended }) => ended));
    },
  };
};
