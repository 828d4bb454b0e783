import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { MATCH_GRADES, MATCH_WEIGHTS } from '../src/matching/match-weights.ts';
import { loadScheme, useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/matching.md', import.meta.url), 'utf8');

describe('docs/matching.md', () => {
  const server = useServer();
  beforeAll(() => loadScheme(server));

  test.each(Object.entries(MATCH_WEIGHTS))('tells the points of %s', (field, weights) => {
    const points = Object.entries(weights).map(([agreement, each]) => `${agreement} ${each}`);
    expect(DOCUMENT).toContain(`| \`${field}\` | ${points.join(', ')} |`);
  });

  test('tells the points of each grade', () => {
    const { certain, probable, possible } = MATCH_GRADES;
    const text = `From ${certain} points\non a match is \`certain\`, from ${probable} \`probable\`, from ${possible} \`possible\``;
    expect(DOCUMENT.replaceAll(/\s+/g, ' ')).toContain(text.replaceAll(/\s+/g, ' '));
  });

  const commands: RegExpExecArray[] = [
    ...DOCUMENT.matchAll(/"\$FHIR\/([^"]+)"[^']*'Content-Type[^']*' -d '(\{[\s\S]*?\})'/g),
  ];
  test.each(commands.map(([, path, body]) => [path!.replace('\\', ''), body!]))(
    '%s is answered',
    async (path, body) => {
      const answer = await server.post(path, body);
      expect(answer.status, answer.text).toBe(200);
      expect([...((answer.body.entry ?? answer.body.parameter) as unknown[])].length).toBeGreaterThan(0);
    },
  );
});
