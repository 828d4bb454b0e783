import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runPeerCommand } from '../scripts/peer/run-peer-command.ts';
import { startWebhook } from './peers/webhook.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-peer-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['gepg', 'gsma', 'openhim', 'dhis2', 'kobo', 'webhook'])(
  '%s is played at an address that is told',
  async name => {
    const lines: string[] = [];
    const played = await runPeerCommand([name, '--port', '0', '--folder', folder], line => lines.push(line));
    expect(lines[0]).toMatch(new RegExp(`^${name} is played at http://127\\.0\\.0\\.1:\\d+`));
    expect(lines[1]).toContain(new URL(played.url).origin);
    for (const [file] of lines.join(' ').matchAll(/\S+\/(\S+\.pem|\S+-password)/g)) {
      expect(readFileSync(file.split('=').at(-1)!, 'utf8')).not.toBe('');
    }
    await played.close();
  },
);

test('mobile money pays what it is asked for, and calls back', async () => {
  const webhook = await startWebhook();
  const lines: string[] = [];
  const played = await runPeerCommand(['gsma', '--port', '0'], line => lines.push(line));
  await fetch(new URL('/transactions/type/merchantpay', played.url), {
    method: 'POST',
    headers: { 'x-correlationid': '1', 'x-callback-url': webhook.url },
    body: JSON.stringify({ amount: '1.50', currency: 'USD', requestingOrganisationTransactionReference: 'bill' }),
  });
  await webhook.taken(1);
  expect(JSON.parse(webhook.receipts[0]!.body)).toMatchObject({ transactionStatus: 'completed', amount: '1.50' });
  await expect.poll(() => lines.slice(2)).toEqual(['Collection of bill: 1.50 USD', 'payment told: 200']);
  await Promise.all([played.close(), webhook.close()]);
});

test.each([
  [['bank'], 'npm run peer -- NAME'],
  [['gsma', '--mood', 'sad'], 'gsma has the moods well, away'],
  [['gsma', '--port', 'x'], '--port is a number'],
])('%s is refused with what can be said instead', async (args, text) => {
  await expect(runPeerCommand(args, () => {})).rejects.toThrow(text);
});
