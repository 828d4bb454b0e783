import { expect, it } from 'vitest';
import { fullTextOf, type Phrase, type TextPart, wordsOf } from '../../src/search/full-text.ts';
import type { Condition } from '../../src/search/query.ts';
import { change, commit, describeStore, find, put, query } from './stored.ts';

const body = (div: string, note: string): string => JSON.stringify({ text: { div: `<div>${div}</div>` }, note });
const phrase = (text: string): Phrase => ({ words: wordsOf(text.replace('*', '')), isBegun: text.endsWith('*') });

describeStore('words', test => {
  /** Ids, sorted, once by the index of words and once by reading each. */
  const having = async (part: TextPart, ...anyOf: string[][]): Promise<string[]> => {
    const [byIndex, byReading] = await Promise.all(
      [true, false].map(async isIndexed => {
        const where: Condition[] = [{ kind: 'text', part, anyOf: anyOf.map(each => each.map(phrase)), isIndexed }];
        return (await find(test.store, { where, count: 2 })).sort();
      }),
    );
    expect(byIndex).toEqual(byReading);
    return byIndex!;
  };
  const fill = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await put(test.store, { id: `f${i}`, text: body('filler', `number ${i}`) });
  };

  it('are found where they stand, in any script, whether they were folded in or not', async () => {
    await put(test.store, { id: 'a', text: body('<b>Severe</b> mal&#225;ria', 'second') });
    await put(test.store, { id: 'b', text: body('fever', 'the malaria was not severe') });
    await put(test.store, { id: 'c', text: body('東京都にいる', 'हिन्दी में') });
    await put(test.store, { id: 'd', resourceType: 'List', text: body('malaria', '') });
    for (const fillers of [0, 70]) {
      await fill(fillers);
      expect(await having('content', ['malaria'])).toEqual(['a', 'b']);
      expect(await having('narrative', ['malaria'])).toEqual(['a']);
      expect(await having('content', ['severe malaria'])).toEqual(['a']);
      expect(await having('content', ['severe', 'malaria', 'not'])).toEqual(['b']);
      expect(await having('content', ['second'], ['fever'])).toEqual(['a', 'b']);
      expect(await having('content', ['mal*'])).toEqual(['a', 'b']);
      expect(await having('content', ['mal'])).toEqual([]);
      expect(await having('content', ['京都'])).toEqual(['c']);
      expect(await having('content', ['हि'])).toEqual([]);
      expect(await having('content', ['हिन्दी'])).toEqual(['c']);
      // No phrase goes from one element into the next.
      expect(await having('content', ['fever the'])).toEqual([]);
    }
    const page = await test.store.search(
      query({
        where: [{ kind: 'text', part: 'content', anyOf: [[phrase('number')]], isIndexed: true }],
        count: 3,
        total: 'accurate',
      }),
    );
    expect([page.versions.map(({ id }) => id), page.total]).toEqual([['f0', 'f1', 'f2'], 70]);
  });

  it('are those of the current version, and gone with the resource', async () => {
    await put(test.store, { id: 'a', text: body('old', '') });
    await fill(70);
    await put(test.store, { id: 'a', versionId: 2, text: body('new', '') });
    expect(await having('content', ['old'])).toEqual([]);
    expect(await having('content', ['new'])).toEqual(['a']);
    await commit(test.store, change({ id: 'a', versionId: 3, method: 'DELETE', erases: true }));
    expect(await having('content', ['new'], ['old'])).toEqual([]);
  });

  it('are indexed of what is indexed anew', async () => {
    await put(test.store, { id: 'a', text: body('one', '') });
    const resources = [{ resourceType: 'Basic', id: 'a', versionId: 1, index: [] }];
    for (let round = 0; round < 2; round++) {
      await test.store.commit({ changes: [], indexing: { resources, states: new Map() } });
      expect(await having('content', ['one'])).toEqual(['a']);
    }
  });
});

it('are taken of everything but files, and of narratives without their mark-up', () => {
  const { narrative, content } = fullTextOf({
    resourceType: 'Basic',
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">A&amp;B<br/>&#x41;sha<!-- not this --></div>',
    },
    photo: { contentType: 'image/png', data: 'aGVsbG8=' },
    value: 10.5,
  });
  expect(narrative).toBe('a b asha');
  expect(content.split(' \uE000 ')).toEqual(['generated', 'a b asha', 'image png', '10 5']);
});
