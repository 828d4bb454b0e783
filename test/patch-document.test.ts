import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadScheme, useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/patch.md', import.meta.url), 'utf8');

/** The curl commands of the document in their order. */
const commands = [
  ...DOCUMENT.matchAll(/^curl -X (\w+) "\$FHIR\/([^"]+)"(?: -H 'Content-Type: ([^']+)' -d '([^']*)')?/gm),
].map(([, method, path, contentType, body]) => ({
  method: method!.toLowerCase() as 'put' | 'patch' | 'delete',
  path: path!,
  body,
  headers: contentType === undefined ? {} : { 'content-type': contentType },
}));

const server = useServer();

it('docs/patch.md shows requests that do what it says', async () => {
  await loadScheme(server);
  const statuses: number[] = [];
  for (const { method, path, body, headers } of commands) {
    const { status, text } = await server.send(method, path, body, headers);
    expect(status, `${method} ${path} ${text}`).toBeLessThan(300);
    statuses.push(status);
  }
  expect(statuses).toEqual([200, 200, 200, 201, 200, 204]);
  const { body } = await server.get('Patient/zuri-sadiki');
  expect(body.telecom).toMatchObject([{ value: '+255 700 000 002' }, { system: 'email' }]);
  expect(body).not.toHaveProperty('active');
});
