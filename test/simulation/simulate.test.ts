import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'kiungo-simulation-'));
afterAll(() => rmSync(folder, { recursive: true }));

const simulate = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ['scripts/simulate.ts', ...args], { cwd: root, encoding: 'utf8' });

const worked = join(import.meta.dirname, 'worked-claims.json');
const casesOf = (file: string): { id: string; expected: unknown }[] =>
  (JSON.parse(readFileSync(file, 'utf8')) as { cases: { id: string; expected: unknown }[] }).cases;
const first = casesOf(worked)[0]!;

const written = (name: string, content: unknown): string => {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
};

describe('npm run simulate', () => {
  it.each(globSync('worked-*.json', { cwd: import.meta.dirname }))(
    'judges every example of %s as it is expected',
    name => {
      const file = join(import.meta.dirname, name);
      const { status, stdout, stderr } = simulate('--expect', file);
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect((JSON.parse(stdout) as { results: unknown[] }).results).toHaveLength(casesOf(file).length);
    },
  );

  it('refuses a kind that there is not, naming those that there are', () => {
    const { status, stderr } = simulate(written('kind.json', { ...first, kind: 'lottery' }));
    expect(stderr).toContain('there is no kind lottery. Write one of batch, claim, eligibility');
    expect(status).toBe(2);
  });

  it('names the place where a result is not as expected, and ends with 1', () => {
    const wrong = written('wrong.json', { ...first, expected: { claimStatus: 8, lines: [{ valuated: '44.00' }, {}] } });
    const { status, stderr } = simulate('--expect', wrong);
    expect(stderr).toBe(
      `${first.id} claimStatus: got 16, expected 8\n${first.id} lines[0].valuated: got 45.00, expected 44.00\n`,
    );
    expect(status).toBe(1);
  });

  it('writes the resources that a case becomes as a Bundle', () => {
    const bundle = join(folder, 'bundle.json');
    expect(simulate(written('one.json', first), '--bundle', bundle).status).toBe(0);
    const { entry } = JSON.parse(readFileSync(bundle, 'utf8')) as { entry: { request: { url: string } }[] };
    expect(entry.map(({ request }) => request.url.split('/')[0])).toContain('ChargeItemDefinition');
  });

  it('refuses a case that is none, and ends with 2', () => {
    const { status, stderr } = simulate(written('none.json', { ...first, claim: { ...(first as object), lines: 1 } }));
    expect(stderr).toContain(first.id);
    expect(status).toBe(2);
  });
});
