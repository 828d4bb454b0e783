import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Change } from '../store.ts';
import { encodeBody } from './body-codec.ts';
import { openSqliteStore } from './sqlite-store.ts';

const NAME = 'mwambazuriofthelake';

test.each([
  ['a small body', 200, 1],
  ['a body of many pages', 40_000, 1],
  ['one that is not in the index yet', 200, 25_000],
])('nothing of %s is in the files once it is erased', async (_what, length, foldRows) => {
  const folder = mkdtempSync(join(tmpdir(), 'kiungo-erased-'));
  const file = join(folder, 'store.db');
  const store = await openSqliteStore(file, { foldRows, fullTextTypes: ['Basic'] });
  const held = (): Buffer =>
    Buffer.concat([file, `${file}-wal`].filter(each => existsSync(each)).map(each => readFileSync(each)));
  try {
    const text = JSON.stringify({
      resourceType: 'Basic',
      id: 'a',
      name: NAME,
      secret: randomBytes(length).toString('hex'),
    });
    const kept = Buffer.from(encodeBody(Buffer.from(text), 1, undefined).bytes);
    const piece = kept.subarray(kept.length - 64);
    const head = { resourceType: 'Basic', lastUpdated: 1 };
    const named: Change['index'] = [
      { kind: 'string', parameter: 'name', text: NAME, folded: NAME },
      { kind: 'text', parameter: 'code:text', text: NAME },
      { kind: 'reference', parameter: 'subject', type: 'Patient', id: NAME },
      { kind: 'token', parameter: 'identifier', code: NAME },
    ];
    const put = (id: string, versionId: number, more: Partial<Change>): Promise<unknown> =>
      store.commit({ changes: [{ ...head, id, versionId, method: 'PUT', index: [], ...more }] });
    await put('before', 1, { text: '{}' });
    await put('a', 1, { text, index: named, identities: [NAME] });
    await put('a', 2, { text: '{"resourceType":"Basic"}', index: named });
    await put('after', 1, { text: '{}' });
    expect(held().includes(piece)).toBe(true);
    expect(held().includes(NAME)).toBe(true);
    await put('a', 3, { method: 'DELETE', erases: true });
    expect(held().includes(piece)).toBe(false);
    expect(held().includes(NAME)).toBe(false);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
