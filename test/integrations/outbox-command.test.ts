import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runOutboxCommand } from '../../scripts/outbox/run-outbox-command.ts';
import { deadLetterChange } from '../../src/integrations/connector/dead-letters.ts';
import { changeOutbox } from '../../src/integrations/connector/outbox.ts';
import { startServer } from '../http/start-server.ts';

let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-outbox-'));
  environment = { KIUNGO_STORE: `sqlite:${join(folder, 'store.db')}` };
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (args: readonly string[], more: Record<string, string> = {}): Promise<string[]> => {
  const lines: string[] = [];
  await runOutboxCommand(args, { ...environment, ...more }, line => lines.push(line));
  return lines;
};

it('lists what waits and was set aside, and sends it again, while the server runs and afterwards', async () => {
  const server = await startServer(environment);
  const port = { KIUNGO_PORT: new URL(server.url).port };
  const { store, now } = server.app.deps;
  const failure = { since: now(), attempts: 3, next: now() + 1_000_000, reason: 'ledger: status 500' };
  await changeOutbox(store, {
    peer: 'ledger',
    next: state => ({ ...state, collected: 2, settled: 1, messages: [{ invoice: '1' }, { invoice: '2' }], failure }),
    more: at =>
      deadLetterChange({ peer: 'ledger', message: { number: 1, content: { invoice: '1' } }, reason: 'no', at }),
    now,
  });
  const [outbox, letter] = await run(['list'], port);
  expect(outbox).toBe('ledger\t2 messages\t1 waiting\tledger: status 500');
  expect(letter).toMatch(/^ledger\tmessage 1 set aside\t\d{4}-.*\tno$/);
  expect(await run(['replay', 'ledger'], port)).toEqual([expect.stringContaining('1 messages are taken back')]);
  await expect(run(['replay', 'nobody'], port)).rejects.toThrow('/admin/outboxes');
  await server.app.close();

  expect(await run(['list'])).toEqual(['ledger\t3 messages\t2 waiting']);
  expect(await run(['replay', 'ledger'])).toEqual([expect.stringContaining('0 messages are taken back')]);
  await expect(run(['replay', 'nobody'])).rejects.toThrow('npm run outbox -- list');
  await expect(run(['nonsense'])).rejects.toThrow('npm run outbox -- replay PEER');
});
