import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { JsonObject } from '../src/fhir/resource.ts';
import { loadScheme, useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/validation.md', import.meta.url), 'utf8');

/** The curl commands of the document: where each sends its body, and the answer that is shown below it. */
const examples = [...DOCUMENT.matchAll(/"\$FHIR\/([^"]+)" -d '([^']+)'\n```\n\n```json\n(.+?)```/gs)].map(
  ([, path, body, answer]) => ({
    path: path!.replace('\\', ''),
    body: body!,
    answer: JSON.parse(answer!) as JsonObject,
  }),
);

const server = useServer();

test('docs/validation.md shows requests and answers as they are', async () => {
  await loadScheme(server);
  expect(examples).toHaveLength(3);
  for (const { path, body, answer } of examples) {
    const { status, body: found } = await server.post(path, body);
    expect(status).toBe(200);
    const issues = found.issue as JsonObject[];
    for (const issue of answer.issue as JsonObject[])
      expect(issues, path).toContainEqual(expect.objectContaining(issue));
    const errors = (of: JsonObject[]) => of.filter(({ severity }) => severity === 'error').length;
    expect(errors(answer.issue as JsonObject[]), path).toBeLessThanOrEqual(errors(issues));
  }
  const [first] = examples;
  const { body } = await server.post(first!.path, first!.body);
  expect((body.issue as JsonObject[]).filter(({ severity }) => severity === 'error')).toHaveLength(5);
});
