import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from 'fhir/r4.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditRow } from '../../src/audit/audit-facts.ts';
import { createLease } from '../../src/integrations/connector/lease.ts';
import { type AuditForwarding, createAuditForwarding } from '../../src/integrations/syslog/forward-audit.ts';
import { createSendFrames, type SendFrames } from '../../src/integrations/syslog/send-frames.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { newCertificate } from '../http/certificates.ts';
import { startServer } from '../http/start-server.ts';
import { type SyslogPeer, startSyslog } from '../peers/syslog.ts';

const authority = newCertificate('authority');
const own = newCertificate('receiver', authority);
const client = newCertificate('kiungo', authority);
let peer: SyslogPeer;
let store: Store;
let ahead = 0;
const told: string[] = [];
const now = (): number => Date.now() + ahead;

beforeAll(async () => {
  peer = await startSyslog(own, authority);
  store = await openStore('sqlite::memory:');
});
afterAll(async () => {
  await store.close();
  await peer.close();
});

const toPeer = (): SendFrames =>
  createSendFrames({ host: '127.0.0.1', port: peer.port, ca: authority.cert, cert: client.cert, key: client.key });
const start = (term: string, send = toPeer()): AuditForwarding =>
  createAuditForwarding({
    ...{ store, now, send, random: () => 0, baseUrl: () => 'https://hie.example/fhir' },
    lease: createLease(store, { peer: 'syslog', term, now }),
    sender: { host: 'ministry host', processId: 7 },
    tell: text => told.push(text),
  });
const happen = async (count: number, outcome: 0 | 4 = 0): Promise<void> => {
  const patients = ['p-1', 'p-2'];
  const facts = { at: now(), deed: 'read', outcome, by: { clientId: 'clinic-é' }, of: 'Claim/c', patients };
  await store.commit({ changes: [], audit: Array.from({ length: count }, () => auditRow(facts)) });
};
/** Ids of the AuditEvents that came since the last call. */
let seen = 0;
const taken = (): string[] => {
  const bodies = peer.messages.slice(seen).map(({ body }) => (body as AuditEvent).id!);
  seen = peer.messages.length;
  return bodies;
};

test('each row goes as its AuditEvents, in order, a connection for many', async () => {
  await happen(600);
  await happen(1, 4);
  const forwarding = start('a');
  await forwarding.work();
  await forwarding.save();
  const ids = Array.from({ length: 601 }, (_none, index) => [`${index + 1}`, `${index + 1}-1`]).flat();
  const [first] = peer.messages;
  expect(first).toMatchObject({ priority: 85, host: 'ministry-host', application: 'kiungo', sequenceId: 1 });
  expect(first!.body).toMatchObject({ resourceType: 'AuditEvent', agent: [{ altId: 'clinic-é' }, {}] });
  expect(peer.messages.at(-1)).toMatchObject({ priority: 84, sequenceId: 601 });
  expect(taken()).toEqual(ids);
  expect(peer.connections()).toBe(2);
});

test('what the receiver has not read to the end is sent again, by who comes next, and nothing else', async () => {
  await happen(1);
  peer.behave('cut');
  const crashed = start('b');
  await crashed.work();
  expect(told).toEqual(['The audit trail cannot be forwarded']);
  await crashed.work();
  expect(peer.connections()).toBe(3);
  peer.behave('well');
  const next = start('c');
  await next.work();
  expect(taken()).toEqual(['602', '602-1']);
  ahead += 60_000;
  await crashed.work();
  expect(told).toEqual(['The audit trail cannot be forwarded', 'The audit trail is forwarded again']);
});

test.each([
  ['is not who it should be', { ca: newCertificate('other').cert, cert: client.cert, key: client.key }],
  ['is shown no certificate', { ca: authority.cert }],
])('a receiver that %s gets nothing', async (_what, options) => {
  taken();
  await happen(1);
  const forwarding = start(_what, createSendFrames({ host: '127.0.0.1', port: peer.port, ...options }));
  await forwarding.work();
  expect(taken()).toEqual([]);
});

test('a server forwards what happens to it, and goes on after the next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiungo-syslog-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const settings = {
    KIUNGO_STORE: `sqlite:${join(folder, 'kiungo.db')}`,
    KIUNGO_AUDIT: 'on',
    KIUNGO_SYSLOG: `127.0.0.1:${peer.port}`,
    KIUNGO_SYSLOG_CA: file('ca.pem', authority.cert),
    KIUNGO_SYSLOG_CERT: file('cert.pem', client.cert),
    KIUNGO_SYSLOG_KEY: file('key.pem', client.key),
  };
  taken();
  const stops: string[] = [];
  for (const expected of ['Application Start', 'Application Stop']) {
    const { app } = await startServer(settings);
    await expect.poll(() => JSON.stringify(peer.messages.slice(seen)), { timeout: 5_000 }).toContain(expected);
    await app.close();
    stops.push(...taken());
  }
  expect(new Set(stops).size).toBe(stops.length);
  rmSync(folder, { recursive: true });
});
