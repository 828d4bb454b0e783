import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadScheme, useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');

/** The curl commands of the document: path with parameters, and body where there is one. */
const commands = [...DOCUMENT.matchAll(/```sh\n(curl[\s\S]*?)```/g)].map(([, text]) => {
  const command = text!.replaceAll('\\$', '$');
  return { path: /"\$FHIR\/([^"]+)"/.exec(command)![1]!, body: /-d '(\{[\s\S]*\})'/.exec(command)?.[1] };
});

describe('docs/operations.md', () => {
  const server = useServer();
  beforeAll(() => loadScheme(server));

  test('shows operations that code can do', () => expect(commands.length).toBeGreaterThan(3));

  test.each(commands)('$path is answered', async ({ path, body }) => {
    const answer = body === undefined ? await server.get(path) : await server.post(path, body);
    expect(answer.status, answer.text).toBe(200);
    const { resourceType, total, entry = [], parameter = [] } = answer.body;
    expect(total ?? [...(entry as unknown[]), ...(parameter as unknown[])].length, resourceType).toBeGreaterThan(0);
  });
});
