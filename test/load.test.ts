import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { planScheme } from '../scripts/generate/plan.ts';
import { schemeFiles } from '../scripts/generate/scheme-files.ts';
import { writeFiles } from '../scripts/generate/write-files.ts';
import type { Destination } from '../scripts/load/destination.ts';
import { progressLine } from '../scripts/load/progress.ts';
import { filesOf, type LoadEntry, readEntries } from '../scripts/load/read-entries.ts';
import { runLoad } from '../scripts/load/run-load.ts';
import { openServerDestination } from '../scripts/load/server-destination.ts';
import { openStoreDestination } from '../scripts/load/store-destination.ts';
import { openStore } from '../src/store/open-store.ts';
import { useServer } from './http/start-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-load-'));
afterAll(() => rmSync(folder, { recursive: true }));
const server = useServer();

const LOAD = fileURLToPath(new URL('../scripts/load.ts', import.meta.url));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const place = (id: string, further: object = {}) => ({
  resourceType: 'Location',
  id,
  identifier: [{ value: id }],
  name: id,
  ...further,
});

const ndjson = (resources: readonly object[]): string => resources.map(one => `${JSON.stringify(one)}\n`).join('');

async function* entriesOf(paths: readonly string[]): AsyncGenerator<LoadEntry> {
  for (const { file } of filesOf(paths)) yield* readEntries(file);
}

const report = join(folder, 'refused.ndjson');

/** Loads files and gives what was done, the lines of the report, and what the screen showed. */
const load = async (destination: Destination, paths: readonly string[]) => {
  rmSync(report, { force: true });
  let shown = '';
  const done = await runLoad(destination, {
    entries: entriesOf(paths),
    shareAt: () => undefined,
    report,
    screen: { write: text => (shown += text) },
    isStopped: () => false,
  });
  const refused = existsSync(report)
    ? readFileSync(report, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
    : [];
  return { ...done, lines: refused, shown };
};

const startLoad = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--wasm-wrapper-tiering-budget=2147483647', LOAD, '--report', report, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH },
  });

describe('loading over HTTP', () => {
  it('stores lines under their ids, whatever their order, and tells which were refused and why', async () => {
    const path = write(
      'mixed.ndjson',
      [
        JSON.stringify(place('ward', { partOf: { reference: 'Location/district' } })),
        JSON.stringify(place('district')),
        '',
        '{"resourceType": "Location", "id": "broken"',
        JSON.stringify({ ...place('nobody'), id: undefined }),
        JSON.stringify(place('lost', { partOf: { reference: 'Location/nowhere' } })),
        JSON.stringify(place('last')),
      ].join('\n'),
    );
    const { stored, refused, lines } = await load(openServerDestination(server.url, undefined), [path]);
    expect({ stored, refused }).toEqual({ stored: 3, refused: 3 });
    expect(lines.map(({ file, line }) => ({ file, line }))).toEqual([4, 5, 6].map(line => ({ file: path, line })));
    expect(lines.map(({ outcome }) => outcome.issue[0].code)).toEqual(['structure', 'value', 'not-found']);
    expect(lines[2].outcome.issue[0].expression).toEqual(['Location.partOf']);
    expect((await server.get('Location/ward')).body.partOf).toEqual({ reference: 'Location/district' });
  });

  it('carries out batches and transactions, and takes a collection apart', async () => {
    const request = (id: string) => ({ method: 'PUT', url: `Location/${id}` });
    const entry = (id: string, further?: object) => ({ resource: place(id, further), request: request(id) });
    const bundle = (type: string, entries: readonly object[]) => ({ resourceType: 'Bundle', type, entry: entries });
    const paths = [
      write('transaction.json', JSON.stringify(bundle('transaction', [entry('t-1'), entry('t-2')]))),
      write('batch.ndjson', ndjson([bundle('batch', [entry('b-1'), entry('b-2', { status: 'open' })])])),
      write('collection.json', JSON.stringify(bundle('collection', [{ resource: place('c-1') }, { resource: {} }]))),
    ];
    const { stored, refused, lines } = await load(openServerDestination(server.url, undefined), paths);
    expect({ stored, refused }).toEqual({ stored: 2, refused: 2 });
    expect(lines.map(({ line, entry: index }) => line ?? index)).toEqual([1, 1]);
    expect(lines[0].outcome.issue[0].code).toBe('code-invalid');
    for (const id of ['t-1', 't-2', 'b-1', 'c-1']) expect((await server.get(`Location/${id}`)).status).toBe(200);
    expect((await server.get('Location/b-2')).status).toBe(404);
  });

  it('stores a generated scheme, whose claims are answered', async () => {
    const plan = planScheme({ insurees: 12, seed: 3, claimsPerYear: 2, years: 1, until: '2026-10-31' });
    const paths = await writeFiles(schemeFiles(plan), join(folder, 'scheme'));
    const { refused, lines } = await load(openServerDestination(server.url, undefined), [join(folder, 'scheme')]);
    expect({ refused, lines }).toEqual({ refused: 0, lines: [] });
    const claims = readFileSync(paths.at(-1)!, 'utf8').trim().split('\n');
    expect(claims.length).toBeGreaterThan(15);
    const { id } = JSON.parse(claims[0]!) as { id: string };
    expect((await server.get(`ClaimResponse/${id}`)).body.request).toEqual({ reference: `Claim/${id}` });
  });

  it('goes on after the program was killed: all is there, once', async () => {
    const resources = Array.from({ length: 1200 }, (_none, index) => place(`k-${index}`));
    const path = write('killed.ndjson', ndjson(resources));
    const child = startLoad(['--to', server.url, path]);
    let requests = 0;
    const kill = (): void => void (++requests === 300 && child.kill('SIGKILL'));
    server.app.server.server.on('request', kill);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    server.app.server.server.off('request', kill);
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
    expect((await server.get('Location/k-1199')).status).toBe(404);
    const { stored, refused } = await load(openServerDestination(server.url, undefined), [path]);
    expect({ stored, refused }).toEqual({ stored: 1200, refused: 0 });
    for (const id of ['k-0', 'k-1', 'k-1199']) {
      expect((await server.get(`Location/${id}`)).body.meta).toMatchObject({ versionId: '1' });
    }
  });

  it('says by its exit code whether all was stored, and why it could not begin', async () => {
    const run = async (args: readonly string[]) => {
      const child = startLoad(args);
      let told = '';
      child.stderr!.setEncoding('utf8').on('data', text => {
        told += text;
      });
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, told };
    };
    const path = write('refused.json', JSON.stringify(place('x', { status: 'open' })));
    const [some, none] = await Promise.all([
      run(['--to', server.url, path]),
      run(['--to', 'http://127.0.0.1:1/fhir', path]),
    ]);
    expect(some).toMatchObject({ code: 1, told: expect.stringContaining('0 stored, 1 refused') });
    expect(none).toMatchObject({ code: 2, told: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('loading into a store', () => {
  it('goes on after the program was killed: all is there, once', async () => {
    const resources = Array.from({ length: 2500 }, (_none, index) => place(`s-${index}`));
    const path = write('store.ndjson', ndjson(resources));
    const database = join(folder, 'killed.db');
    const child = startLoad(['--to', `sqlite:${database}`, path]);
    const exit = once(child, 'exit');
    // The log of the database grows with each group that becomes durable.
    const watcher = watch(folder, () => {
      const log = `${database}-wal`;
      if (existsSync(log) && statSync(log).size > 250_000) child.kill('SIGKILL');
    });
    const [, signal] = (await exit) as [number | null, string | null];
    watcher.close();
    expect(signal).toBe('SIGKILL');
    const before = await openStore(`sqlite:${database}`);
    expect(await before.read({ resourceType: 'Location', id: 's-0' })).toBeDefined();
    expect(await before.read({ resourceType: 'Location', id: 's-2499' })).toBeUndefined();
    await before.close();

    const destination = await openStoreDestination(`sqlite:${database}`, {});
    const { stored, refused } = await load(destination, [path]);
    await destination.close();
    expect({ stored, refused }).toEqual({ stored: 2500, refused: 0 });
    const after = await openStore(`sqlite:${database}`);
    for (const id of ['s-0', 's-1', 's-2499']) {
      expect(await after.read({ resourceType: 'Location', id })).toMatchObject({ versionId: 1 });
    }
    await after.close();
  });
});

describe('progress', () => {
  it('tells how much is done, how fast it goes and what time is left', () => {
    expect(progressLine({ stored: 29_000, refused: 1000, share: 0.25 }, 60)).toBe(
      '25 %, 29,000 stored, 1,000 refused, 500/s, 3 min 0 s left',
    );
    expect(progressLine({ stored: 10, refused: 0, share: undefined }, 2)).toBe('10 stored, 0 refused, 5/s');
  });
});
