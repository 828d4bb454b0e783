import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Resource } from '../src/fhir/resource.ts';
import { MISMATCHES } from '../src/insurance/payment/unmatched.ts';
import { loadScheme, useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/payment.md', import.meta.url), 'utf8');

/** The curl commands of the document in their order. */
const commands = [
  ...DOCUMENT.matchAll(/^curl -X (\w+) "\$FHIR\/([^"]+)"(?: -H 'Content-Type: ([^']+)' -d '([^']*)')?/gm),
].map(([, method, path, contentType, body]) => ({
  method: method!.toLowerCase() as 'get' | 'put' | 'patch',
  path: path!.replace('\\$', '$'),
  body,
  headers: contentType === undefined ? {} : { 'content-type': contentType },
}));

const server = useServer();

const balanceOf = ({ status, extension }: Resource): unknown[] => [
  status,
  ...(extension as { extension: { valueMoney: { value: number } }[] }[])[0]!.extension.map(
    ({ valueMoney }) => valueMoney.value,
  ),
];

it('docs/payment.md shows requests that do what it says', async () => {
  await loadScheme(server);
  const read: Resource[] = [];
  for (const { method, path, body, headers } of commands) {
    const answer = await server.send(method, path, body, headers);
    expect(answer.status, `${method} ${path} ${answer.text}`).toBeLessThan(300);
    if (method === 'get') read.push(answer.body);
  }
  const [partly, notice, reversed, ofInvoice, ofAll] = read;
  expect(balanceOf(partly!)).toEqual(['issued', 20, 0, 4]);
  expect(notice).toMatchObject({ paymentStatus: { coding: [{ code: 'cleared' }] } });
  expect(balanceOf(reversed!)).toEqual(['issued', 20, 20, 4]);
  expect(JSON.stringify(ofInvoice)).toContain('settled-more');
  expect(ofAll).toEqual(ofInvoice);
});

it('docs/payment.md lists every reason', () => {
  const rows = [...DOCUMENT.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \|$/gm)].map(([, code, text]) => [code, text]);
  expect(Object.fromEntries(rows)).toEqual(MISMATCHES);
});
