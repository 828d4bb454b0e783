import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useServer } from './http/start-server.ts';

const GUIDE = readFileSync(new URL('../docs/how-to/post-a-profile.md', import.meta.url), 'utf8');

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });

test('docs/how-to/post-a-profile.md shows requests that work as it says', async () => {
  const commands = [...GUIDE.matchAll(/^curl -X (\w+)[^"]*"\$FHIR\/([^"]+)"(?: -d '([^']+)')?/gm)];
  const answers: string[] = [];
  for (const [, method, path, body] of commands) {
    const answer = await server.send(method!.toLowerCase() as 'put' | 'post' | 'delete', path!, body);
    answers.push(`${method} ${answer.status}`);
    if (answer.status === 422) expect(answer.text).toMatch(/"cardinality-min".*"Flag.author"/);
  }
  expect(answers).toEqual(['PUT 201', 'POST 422', 'DELETE 204', 'PUT 201']);
  const [, , , flag] = commands[1]!;
  const warned = await server.post('Flag', flag!, { prefer: 'return=OperationOutcome' });
  expect([warned.status, warned.text]).toEqual([201, expect.stringContaining('"profile-unknown"')]);
});
