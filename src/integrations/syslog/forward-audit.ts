import { auditEventVersions } from '../../audit/audit-event-versions.ts';
import { readAuditRow } from '../../audit/audit-facts.ts';
import type { ChainedAuditRow, Store } from '../../store/store.ts';
import { waitAfter } from '../connector/back-off.ts';
import type { Lease } from '../connector/lease.ts';
import type { SendFrames } from './send-frames.ts';
import { type SyslogSender, syslogFrame } from './syslog-frame.ts';

/** What forwarding needs. */
export interface ForwardAuditOptions {
  store: Pick<Store, 'read' | 'commit' | 'auditChain'>;
  /** Who of several processes forwards. */
  lease: Lease;
  send: SendFrames;
  sender: SyslogSender;
  baseUrl: () => string;
  now: () => number;
  random: () => number;
  /** Tells the operator, in the log. */
  tell: (text: string, facts: Readonly<Record<string, string | number>>) => void;
}

/** Work that goes on where it was left. */
export interface AuditForwarding {
  /** Forwards what there is, unless it failed just now. One call at a time. */
  work(): Promise<void>;
  /** Stores how far it has come. */
  save(): Promise<void>;
}

/** No type of FHIR has such a name, so that no capability file can enable it and no route leads to it. */
const KEY = { resourceType: 'kiungo-audit-forwarding', id: 'syslog' };

/** Rows that go in one connection. */
const ROWS = 500;
/** How far it has come is stored so often, in milliseconds: after a crash no more than that is sent again. */
const SAVE_AFTER_MS = 10_000;
const LONGEST_WAIT_MS = 300_000;

/**
 * Sends the audit trail to a receiver of syslog, from its first row on, each row at least once and in order: how far it has come is
 * stored after the receiver has read it.
 */
export const createAuditForwarding = (options: ForwardAuditOptions): AuditForwarding => {
  const { store, lease, send, sender, baseUrl, now, random, tell } = options;
  let position = -1;
  let stored = { position: -1, versionId: 0, at: 0 };
  let failure = { count: 0, next: 0 };

  const load = async (): Promise<void> => {
    const version = await store.read(KEY);
    position = version === undefined ? 0 : (JSON.parse(version.body) as { position: number }).position;
    stored = { position, versionId: version?.versionId ?? 0, at: now() };
  };

  const save = async (): Promise<void> => {
    if (position <= stored.position) return;
    const at = now();
    const versionId = stored.versionId + 1;
    const method = versionId === 1 ? 'POST' : 'PUT';
    const text = JSON.stringify({ position });
    const change = { ...KEY, versionId, lastUpdated: at, method, text, index: [] } as const;
    const { outcome } = await store.commit({ changes: [change] });
    // Another process has gone on meanwhile.
    if (outcome === 'committed') stored = { position, versionId, at };
    else await load();
  };

  const framesOf = (row: ChainedAuditRow): Buffer[] => {
    // The last row that was forgotten is there, emptied, as the begin of the chain.
    if (row.text === '') return [];
    const isWell = readAuditRow(row).outcome === 0;
    return auditEventVersions(row, baseUrl()).map(({ body }) =>
      syslogFrame({ at: row.at, sequence: row.sequence, isWell, body }, sender),
    );
  };

  const trySend = async (frames: readonly Buffer[]): Promise<boolean> => {
    try {
      if (frames.length > 0) await send(frames);
      if (failure.count > 0) tell('The audit trail is forwarded again', {});
      failure = { count: 0, next: 0 };
      return true;
    } catch (error) {
      if (failure.count === 0) tell('The audit trail cannot be forwarded', { reason: (error as Error).message });
      const count = failure.count + 1;
      failure = { count, next: now() + Math.min(LONGEST_WAIT_MS, waitAfter(count, random)) };
      return false;
    }
  };

  return {
    work: async () => {
      if (failure.next > now()) return;
      for (;;) {
        const held = await lease.hold();
        if (held === undefined) return;
        if (held === 'taken' || position < 0) await load();
        const rows = await store.auditChain(position, ROWS);
        const last = rows.at(-1);
        if (last === undefined || !(await trySend(rows.flatMap(framesOf)))) return;
        position = last.sequence;
        if (now() - stored.at >= SAVE_AFTER_MS) await save();
        if (rows.length < ROWS) return;
      }
    },
    save,
  };
};
