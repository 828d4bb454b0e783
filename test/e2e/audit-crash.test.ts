import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readAuditRow } from '../../src/audit/audit-facts.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import { openStore } from '../../src/store/open-store.ts';
import { patient } from '../http/resources.ts';
import { storeUrl } from '../store-url.ts';
import { killServers, startServer } from './server-process.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-audit-kill-'));
});
afterEach(killServers);
afterAll(() => rm(folder, { recursive: true }));

test('killed in the middle of writes and reads, the server has a row for each version that it stored, and tells of the crash', async () => {
  const settings = { KIUNGO_STORE: storeUrl(folder), KIUNGO_AUDIT: 'on' };
  const server = await startServer(settings);
  let answers = 0;
  let killed: Promise<void> | undefined;
  const write = async (_each: unknown, writer: number): Promise<void> => {
    for (let count = 0; killed === undefined; count++) {
      const id = `p-${writer}-${count}`;
      const init = {
        method: 'PUT',
        headers: { 'content-type': 'application/fhir+json' },
        body: JSON.stringify(patient(id, { id })),
      };
      try {
        await (await fetch(`${server.url}/Patient/${id}`, init)).text();
        await (await fetch(`${server.url}/Patient/${id}`)).text();
      } catch (error) {
        if (killed === undefined) throw error;
      }
      if (++answers >= 100) killed ??= server.kill();
    }
  };
  await Promise.all(Array.from({ length: 8 }, write));
  await killed;

  await (await startServer(settings)).stop();
  const store = await openStore(settings.KIUNGO_STORE);
  const rows = (await store.auditRows({ count: 10_000 })).map(readAuditRow);
  const written = rows.filter(({ deed }) => deed === 'create').map(({ of, versionId }) => `${of}/${versionId}`);
  const stored = (await store.changes(0, 10_000)).filter(({ resourceType }) => /^[A-Z]/.test(resourceType));
  expect(stored.length).toBeGreaterThanOrEqual(100);
  expect(written.sort()).toEqual(
    stored.map(({ resourceType, id, versionId }) => `${resourceType}/${id}/${versionId}`).sort(),
  );
  // Of several servers on a store none knows how the others ended: a start without a stop tells of it there.
  const told = store.isShared ? [] : ['interrupted'];
  const ofServer = rows.filter(({ deed }) => ['start', 'stop', 'interrupted'].includes(deed)).map(({ deed }) => deed);
  expect(ofServer).toEqual(['start', ...told, 'start', 'stop']);
  expect((await verifyAudit(store)).broken).toBeUndefined();
  await store.close();
});
