import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadScheme, resourcesOf, useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/grievance.md', import.meta.url), 'utf8');

/** The curl commands of the document in their order. */
const commands = [
  ...DOCUMENT.matchAll(/^curl -X (\w+) "\$FHIR\/([^"]+)"(?: -H 'Content-Type: [^']+' -d '([^']*)')?/gm),
].map(([, method, path, body]) => ({ method: method!.toLowerCase() as 'get' | 'put', path: path!, body }));

const server = useServer();

it('docs/grievance.md shows requests that do what it says', async () => {
  await loadScheme(server);
  expect(commands).toHaveLength(2);
  const [put, get] = commands;
  expect((await server.send('put', put!.path, put!.body)).status).toBe(201);
  const tasks = resourcesOf((await server.get(get!.path)).body);
  expect(tasks).toMatchObject([{ status: 'requested', priority: 'urgent', for: { reference: 'Patient/zuri-sadiki' } }]);
});
