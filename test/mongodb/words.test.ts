import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Phrase } from '../../src/search/full-text.ts';
import type { Condition } from '../../src/search/query.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { find, put } from '../contract/stored.ts';

const { url } = inject('mongodb')!;

let store: Store;

beforeAll(async () => {
  // To read the words of one counts as 50.
  const limits = { fullTextTypes: ['Basic'], mostScanned: 120 };
  store = await openStore(`${url}/words-${randomUUID().slice(0, 8)}`, limits);
  for (const [id, note] of Object.entries({
    a: 'severe malaria',
    b: 'severe fever',
    c: 'malaria, severe',
    d: 'malaria',
  })) {
    await put(store, { id, text: JSON.stringify({ note }) });
  }
});

afterAll(() => store.close());

const having = (isIndexed: boolean, ...phrases: Phrase[]): Promise<string[]> => {
  const words: Condition = { kind: 'text', part: 'content', anyOf: [phrases], isIndexed };
  return find(store, { where: [words] });
};
const word = (words: string): Phrase => ({ words, isBegun: false });

it('words are found by their terms, so that nothing is read', async () => {
  await expect(having(false, word('malaria'))).rejects.toMatchObject({ kind: 'too-costly' });
  expect(await having(true, word('malaria'))).toEqual(['a', 'c', 'd']);
  expect(await having(true, word('severe'), { words: 'mal', isBegun: true })).toEqual(['a', 'c']);
});

it('of words in a row, only what has them all is read', async () => {
  expect(await having(true, word('severe malaria'))).toEqual(['a']);
});

it('what has too many words to index is read', async () => {
  const words = Array.from({ length: 60_000 }, (_, i) => `w${i.toString(36)}`);
  await put(store, { id: 'long', text: JSON.stringify({ note: [...words, 'rare'].join(' ') }) });
  expect(await having(true, word('rare'))).toEqual(['long']);
  expect(await having(true, word('fever'))).toEqual(['b']);
});
