import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../store.ts';
import { Batches } from './batches.ts';
import { openConnection } from './connection.ts';
import { migrate } from './migrations.ts';
import { type PackedUnit, packUnit, unpackUnit } from './pack-unit.ts';
import { PacketReader, PacketWriter } from './packet.ts';
import { readSetting } from './setting.ts';
import { TermKeys } from './term-keys.ts';

const unitOf = (keys: TermKeys, ...ids: string[]): PackedUnit => {
  const packet = new PacketWriter();
  const changes = ids.map(
    (id): Change => ({
      resourceType: 'Basic',
      id,
      versionId: 1,
      lastUpdated: 1,
      method: 'POST',
      text: JSON.stringify({ id, random: Array.from({ length: 500 }, () => Math.random()) }),
      index: [{ kind: 'token', parameter: 'code', code: id }],
    }),
  );
  packUnit({ changes }, keys, packet);
  return unpackUnit(new PacketReader(packet.take()));
};

describe('batches', () => {
  let folder: string;
  let database: DatabaseSync;
  let keys: TermKeys;
  let batches: Batches;

  const count = (table: string): number => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kiungo-batches-'));
    database = openConnection(join(folder, 'store.db'), { readOnly: false, durable: true });
    migrate(database);
    keys = new TermKeys(readSetting(database, 'term-seed'));
    batches = new Batches(database, { searchLimit: 1000, mostScanned: 1000, foldRows: 1, fullTextTypes: [] });
  });

  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });

  it('answers every unit of a batch with `full` when there is no space, keeps none, and goes on when there is', () => {
    expect(batches.commit([unitOf(keys, 'a')])).toEqual([{ outcome: 'committed' }]);
    const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
    database.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const units = Array.from({ length: 20 }, (_, i) => unitOf(keys, `full${i}`, `full${i}b`));
    const results = batches.commit(units);
    expect(results).toHaveLength(20);
    for (const result of results) expect(result).toMatchObject({ name: 'StoreError', kind: 'full' });
    expect([count('version'), count('resource'), count('term')]).toEqual([1, 1, 2]);

    database.exec('PRAGMA max_page_count = 100000');
    expect(batches.commit(units)).toEqual(units.map(() => ({ outcome: 'committed' })));
    expect([count('version'), count('resource'), count('term')]).toEqual([41, 41, 41 * 2]);
    expect(database.prepare('SELECT max(seq) AS seq FROM version').get()?.seq).toBe(41);
  });

  it('commits the others when one unit of a batch cannot be stored', () => {
    const broken = unitOf(keys, 'broken');
    broken.changes[0]!.lastUpdated = Number.NaN;
    const results = batches.commit([unitOf(keys, 'a'), broken, unitOf(keys, 'b')]);
    expect(results[0]).toEqual({ outcome: 'committed' });
    expect(results[1]).toBeInstanceOf(Error);
    expect(results[2]).toEqual({ outcome: 'committed' });
    expect(count('version')).toBe(2);
  });
});
