import { readFileSync } from 'node:fs';
import type { Parameters, ValueSet } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/terminology.md', import.meta.url), 'utf8');

/** The curl commands of the document: path with parameters, and body where there is one. */
const commands = [...DOCUMENT.matchAll(/```sh\n(curl[\s\S]*?)```/g)].map(([, text]) => {
  const command = text!.replaceAll('\\\n', ' ').replaceAll('\\$', '$');
  const path = /"\$FHIR\/([^"]+)"/.exec(command)![1]!;
  const body = /-d '(\{[\s\S]*\})'/.exec(command)?.[1];
  const given = [...command.matchAll(/-(?:d|-data-urlencode) (?:'([^'{]+)'|([^'\s]+))/g)].map(
    ([, quoted, plain]) => quoted ?? plain!,
  );
  return { path, body, parameters: body === undefined ? given.map(each => each.split(/=(.*)/s, 2)) : [] };
});

describe('docs/terminology.md', () => {
  const server = useServer();

  it('shows commands that are answered', async () => {
    expect(commands.map(({ path }) => path)).toEqual([
      'ValueSet/$validate-code',
      'ValueSet/$expand',
      'ValueSet/$expand',
      'CodeSystem/$lookup',
      'CodeSystem/$validate-code',
      'CodeSystem/$subsumes',
    ]);
    const answers: string[] = [];
    for (const { path, body, parameters } of commands) {
      const query = new URLSearchParams(parameters as [string, string][]);
      const answer = body === undefined ? await server.get(`${path}?${query}`) : await server.post(path, body);
      expect(answer.status, `${path} ${answer.text}`).toBe(200);
      const { expansion } = answer.body as unknown as ValueSet;
      if (path.endsWith('$expand')) expect(expansion?.contains?.length).toBeGreaterThan(1);
      else expect((answer.body as unknown as Parameters).parameter?.length).toBeGreaterThan(0);
      answers.push(answer.text);
    }
    expect(answers).toContain(JSON.stringify(JSON.parse(shownAnswer())));
  });
});

const shownAnswer = (): string => /```json\n([\s\S]*?)```/.exec(DOCUMENT)![1]!;
