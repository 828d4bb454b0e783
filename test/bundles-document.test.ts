import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadScheme, useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/bundles.md', import.meta.url), 'utf8');

/** The curl commands of the document in their order, each with the answer that is shown below it. */
const examples = [
  ...DOCUMENT.matchAll(
    /```sh\ncurl -H 'Content-Type: [^']+'( -H 'Prefer: ([^']+)')? "\$FHIR" -d '([^']+)'\n```\n\n```json\n([^`]+)```/g,
  ),
].map(([, , prefer, body = '', answer = '']) => ({ body, answer, headers: prefer === undefined ? {} : { prefer } }));

/** What is shown, with what an ellipsis stands for left open. */
const shown = (value: unknown): unknown => {
  if (typeof value === 'string' && value.includes('…')) {
    return expect.stringMatching(new RegExp(`^${RegExp.escape(value).replaceAll('…', '.+')}$`));
  }
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return expect.objectContaining(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shown(item)])));
};

const server = useServer();

beforeAll(() => loadScheme(server));

describe('docs/bundles.md', () => {
  test('has examples', () => expect(examples).toHaveLength(4));

  test.each(examples)('shows a Bundle and what is answered: $body', async ({ body, answer, headers }) => {
    const { body: received } = await server.post('/', body, headers);
    expect(received).toEqual(shown(JSON.parse(answer)));
  });
});
