import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadScheme, useServer } from './http/start-server.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

const TODAY = new Date().toISOString().slice(0, 10);

/** The bodies of the README's curl commands, by the path that they are sent to. */
const bodies = new Map(
  [...README.replace("'$(date +%F)'", TODAY).matchAll(/"\$FHIR\/([^"]+)" -d '([^']+)'/g)].map(([, path, body]) => [
    path!.replace('\\', ''),
    body!,
  ]),
);

const withoutSpaces = (text: string): string => text.replaceAll(/\s/g, '');

describe('README', () => {
  const server = useServer();

  it('shows requests and answers as they are', async () => {
    await loadScheme(server);
    const eligibility = 'CoverageEligibilityRequest/$submit';
    const covered = await server.post(eligibility, bodies.get(eligibility)!);
    expect(README).toContain(String(covered.body.disposition).replace(TODAY, '<today>'));

    const claim = bodies.get('Claim')!;
    const created = await server.post('Claim', claim);
    expect(created.status).toBe(201);
    const again = await server.post('Claim', claim);
    expect([again.status, again.body.id]).toEqual([200, created.body.id]);

    const answer = await server.get(`ClaimResponse/${created.body.id}`);
    const total = answer.text.slice(answer.text.indexOf('"total"'), -1);
    expect(withoutSpaces(README)).toContain(withoutSpaces(total));

    const refused = await server.post(
      'Claim',
      claim.replace('"active"', '"sent"').replace('"quantity"', '"quantitiy"').replace('zuri-sadiki"', 'zuri"'),
    );
    expect(refused.status).toBe(422);
    const issues = refused.body.issue as { severity: string; expression: string[]; diagnostics: string }[];
    const errors = issues.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(3);
    for (const { expression, diagnostics } of errors) {
      expect(README).toContain(`"expression": ["${expression[0]}"], "diagnostics": "${diagnostics}"`);
    }
  });

  it('counts the types that are enabled', () => {
    const { types } = server.app.deps.capability;
    const writable = [...types.values()].filter(({ interactions }) => interactions.has('create'));
    expect(README).toContain(`for ${writable.length} resource types`);
  });
});
