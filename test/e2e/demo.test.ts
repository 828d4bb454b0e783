import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

let demo: ChildProcess | undefined;

afterEach(() => {
  if (demo?.exitCode === null) demo.kill('SIGTERM');
});

interface Running {
  lines: string[];
  exited: Promise<[number | null]>;
  /** The first line that the pattern matches. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
}

const run = (...args: string[]): Running => {
  const child = spawn(process.execPath, [DEMO, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  demo = child;
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout }).on('line', line => lines.push(line));
  const line = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      output.on('line', text => {
        const match = pattern.exec(text);
        if (match !== null) resolve(match);
      });
      output.on('close', () => reject(new Error(`The demo ended before it printed ${pattern}`)));
    });
  return { lines, exited: once(child, 'close') as Promise<[number | null]>, line };
};

test('the demo plays the whole story in under ten seconds and says that all is well', async () => {
  const started = performance.now();
  const { lines, exited } = run();
  const [code] = await exited;
  const text = lines.join('\n');
  expect(text).not.toMatch(/^ +NOT /m);
  expect(text).toMatch(/All \d+ steps are as they should be/);
  expect(text).toMatch(/Covered on \d{4}-\d\d-\d\d: one coverage in force\./);
  expect(text).toMatch(/Not covered on .* The last one ended on \d{4}-12-31\./);
  expect(text).toContain('- Claim.item[1].unitPrize [element-unknown]');
  expect(text).toContain('- Claim.item[2].extension[0].value [reference-not-found]');
  expect(text).toContain('fee of registration, of each member: 2 x 1.00 USD = 2.00 USD');
  expect(text).toMatch(/Patient\/imani-okoye: active, \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d/);
  expect(text).toContain('Line 4 is for something that no product of the patient pays at such a visit (reason 3).');
  expect(text).toContain('0.25 USD is above what a claim of this category is paid');
  expect(text).toContain('line 3: status 16, reason 0, 1 x 2.25 USD');
  expect(text).toContain('her answers are stored, and nobody asks again');
  expect(text).toContain('what did not match does now, and the invoice is balanced');
  expect(text).toMatch(/Patient\/zuri-sadiki, probable \(0\.\d+\): identifier differs, name near, birthDate same/);
  expect(text).toContain('Rekodi hii iliunganishwa na Patient/zuri-sadiki. Rejelea hiyo.');
  const [stored, resent] = [/stored as (Claim\/\S+)/, /gets the first one, (Claim\/\S+)/].map(
    pattern => pattern.exec(text)?.[1],
  );
  expect(stored).toBeDefined();
  expect(resent).toBe(stored);
  expect(code).toBe(0);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('with --keep the server goes on until it is told to end', async () => {
  const { exited, line } = run('--keep');
  const [, url] = await line(/curl (\S+\/ClaimResponse\/\S+)/);
  const response = await fetch(url!);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ resourceType: 'ClaimResponse', outcome: 'complete' });
  demo!.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  await expect(fetch(url!)).rejects.toThrow();
});
