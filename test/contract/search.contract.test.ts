import { expect, it } from 'vitest';
import type { IndexEntry } from '../../src/search/index-entry.ts';
import type { Condition, Prefix } from '../../src/search/query.ts';
import { change, commit, describeStore, find, findBy, index, put, query, sortKey } from './stored.ts';

const token = (system: string | undefined, code: string | undefined): IndexEntry => ({
  kind: 'token',
  parameter: 'code',
  ...(system !== undefined && { system }),
  ...(code !== undefined && { code }),
});
const byToken = (...anyOf: { system?: string; code?: string }[]): Condition => ({
  kind: 'token',
  parameter: 'code',
  anyOf,
});
const reference = (type: string, id: string): IndexEntry => ({ kind: 'reference', parameter: 'subject', type, id });
const text = (text: string): IndexEntry => ({ kind: 'string', parameter: 'name', text, folded: text.toLowerCase() });
const byText = (match: 'starts' | 'contains' | 'exact', ...texts: string[]): Condition => ({
  kind: 'string',
  parameter: 'name',
  anyOf: texts.map(text => ({ match, text })),
});
const date = (low: number, high: number): IndexEntry => ({ kind: 'date', parameter: 'date', low, high });

describeStore('search', test => {
  it('finds tokens by code, by system and code, by system, and by code without a system', async () => {
    await index(
      test.store,
      [token('urn:s', 'x')],
      [token('urn:t', 'x')],
      [token(undefined, 'x')],
      [token('urn:s', 'y')],
    );
    await index(test.store);
    expect(await findBy(test.store, byToken({ code: 'x' }))).toEqual(['a', 'b', 'c']);
    expect(await findBy(test.store, byToken({ system: 'urn:s', code: 'x' }))).toEqual(['a']);
    expect(await findBy(test.store, byToken({ system: 'urn:s' }))).toEqual(['a', 'd']);
    expect(await findBy(test.store, byToken({ system: '', code: 'x' }))).toEqual(['c']);
    expect(await findBy(test.store, byToken({ code: 'X' }))).toEqual([]);
    expect(await findBy(test.store, byToken({ system: 'x', code: 'urn:s' }))).toEqual([]);
  });

  it('leaves nothing out by a token that nothing has, until something has it', async () => {
    const [label, x] = [byToken({ system: 'urn:label', code: 'V' }), byToken({ code: 'x' })];
    const where = (...allOf: Condition[]): Condition => ({ kind: 'all', allOf });
    await index(test.store, [token('urn:s', 'x')], [token('urn:s', 'y')], [token('urn:s', 'x')]);
    expect(await findBy(test.store, where(x, { kind: 'not', none: label }))).toEqual(['a', 'c']);
    expect(await findBy(test.store, where({ kind: 'not', none: label }))).toEqual(['a', 'b', 'c']);
    await put(test.store, { id: 'd', index: [token('urn:s', 'x'), token('urn:label', 'V')] });
    expect(await findBy(test.store, where(x, { kind: 'not', none: label }))).toEqual(['a', 'c']);
    expect(await findBy(test.store, where({ kind: 'not', none: label }))).toEqual(['a', 'b', 'c']);
  });

  it('keeps types and parameters apart', async () => {
    await put(test.store, { id: 'a', index: [token('urn:s', 'x')] });
    await put(test.store, { id: 'a', resourceType: 'List', index: [token('urn:s', 'x')] });
    await put(test.store, { id: 'b', index: [{ kind: 'token', parameter: 'status', code: 'x' }] });
    expect(await findBy(test.store, byToken({ code: 'x' }))).toEqual(['a']);
    expect(await find(test.store, { resourceType: 'List' })).toEqual(['a']);
    expect(await find(test.store, { resourceType: 'Flag' })).toEqual([]);
  });

  it('finds references by type and id, by id alone, and by url', async () => {
    await index(
      test.store,
      [reference('Patient', 'p')],
      [reference('Group', 'p')],
      [{ kind: 'reference', parameter: 'subject', url: 'http://other.example/Patient/p' }],
      [{ kind: 'reference', parameter: 'subject', id: 'p', url: 'urn:p' }],
    );
    const by = (...anyOf: ({ type?: string; id: string } | { url: string })[]): Condition => ({
      kind: 'reference',
      parameter: 'subject',
      anyOf,
    });
    expect(await findBy(test.store, by({ type: 'Patient', id: 'p' }))).toEqual(['a']);
    expect(await findBy(test.store, by({ id: 'p' }))).toEqual(['a', 'b', 'd']);
    expect(await findBy(test.store, by({ url: 'http://other.example/Patient/p' }))).toEqual(['c']);
    expect(await findBy(test.store, by({ url: 'p' }))).toEqual([]);
    expect(await findBy(test.store, by({ url: 'urn:p' }, { type: 'Group', id: 'p' }))).toEqual(['b', 'd']);
  });

  it('finds strings by their start, by a part, and exactly', async () => {
    await index(
      test.store,
      [text('Ana')],
      [text('Anabel'), text('Zoe')],
      [text('ana')],
      [text('Éa%_')],
      [text('Dr. Ana')],
    );
    expect(await findBy(test.store, byText('starts', 'ana'))).toEqual(['a', 'b', 'c']);
    expect(await findBy(test.store, byText('contains', 'ana'))).toEqual(['a', 'b', 'c', 'e']);
    expect(await findBy(test.store, byText('exact', 'Ana'))).toEqual(['a']);
    expect(await findBy(test.store, byText('starts', 'z', 'é'))).toEqual(['b', 'd']);
    expect(await findBy(test.store, byText('contains', '%'))).toEqual(['d']);
    expect(await findBy(test.store, byText('starts', 'an_'))).toEqual([]);
  });

  it('finds strings by values that match in different ways', async () => {
    await index(test.store, [text('Ana')], [text('ana')], [text('Zoe')], []);
    const anyOf = [
      { match: 'exact', text: 'Ana' },
      { match: 'starts', text: 'z' },
    ] as const;
    expect(await findBy(test.store, { kind: 'string', parameter: 'name', anyOf })).toEqual(['a', 'c']);
  });

  it.each<[Prefix, string]>([
    ['eq', 'cd'],
    ['ne', 'abefgh'],
    ['gt', 'fgh'],
    ['lt', 'abe'.replace('e', 'eg')],
    ['ge', 'cdfgh'],
    ['le', 'abcdeg'],
    ['sa', 'h'],
    ['eb', 'a'],
    ['ap', 'bcdefg'],
  ])('compares dates as ranges: %s', async (prefix, expected) => {
    await index(
      test.store,
      [date(0, 10)],
      [date(5, 15)],
      [date(10, 20)],
      [date(12, 13)],
      [date(9, 20)],
      [date(10, 21)],
      [date(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)],
      [date(20, 30)],
      [],
    );
    const by: Condition = { kind: 'date', parameter: 'date', anyOf: [{ prefix, low: 10, high: 20 }] };
    expect((await findBy(test.store, by)).join('')).toBe([...expected].sort().join(''));
  });

  it('finds by id, deleted ones left out', async () => {
    await index(test.store, [], [], []);
    await put(test.store, { id: 'b', versionId: 2, method: 'DELETE' });
    await put(test.store, { id: 'c', resourceType: 'List' });
    expect(await findBy(test.store, { kind: 'id', anyOf: ['a', 'b', 'never'] })).toEqual(['a']);
    const many = Array.from({ length: 2000 }, (_, i) => `x${i}`);
    expect(await findBy(test.store, { kind: 'id', anyOf: [...many, 'c', 'a', 'a'] })).toEqual(['a', 'c']);
  });

  it.each<[Prefix, string]>([
    ['eq', 'bc'],
    ['ne', 'ade'],
    ['gt', 'de'],
    ['lt', 'a'],
    ['ge', 'bcde'],
    ['le', 'abc'],
    ['sa', 'de'],
    ['eb', 'a'],
    ['ap', 'bc'],
  ])('finds by the time of the last change: %s', async (prefix, expected) => {
    const start = Date.UTC(2030, 0, 1);
    for (const [i, time] of [0, 10, 19, 20, 20].entries()) {
      await put(test.store, { id: 'abcde'[i]!, lastUpdated: start + time });
    }
    const by: Condition = { kind: 'lastUpdated', anyOf: [{ prefix, low: start + 10, high: start + 20 }] };
    expect((await findBy(test.store, by)).join('')).toBe(expected);
  });

  it('wants all conditions to hold, and any value of one', async () => {
    await index(
      test.store,
      [token('urn:s', 'x'), reference('Patient', 'p')],
      [token('urn:s', 'y'), reference('Patient', 'p'), token('urn:s', 'z')],
      [token('urn:s', 'x'), reference('Patient', 'q')],
      [token('urn:s', 'z'), token('urn:s', 'x')],
    );
    const ofP: Condition = { kind: 'reference', parameter: 'subject', anyOf: [{ id: 'p' }] };
    expect(await findBy(test.store, byToken({ code: 'x' }), ofP)).toEqual(['a']);
    expect(await findBy(test.store, byToken({ code: 'x' }, { code: 'y' }), ofP)).toEqual(['a', 'b']);
    expect(await findBy(test.store, byToken({ code: 'x' }), byToken({ code: 'z' }))).toEqual(['d']);
    const many = Array.from({ length: 100 }, (_, i) => ({ code: `no ${i}` }));
    expect(await findBy(test.store, byToken(...many, { code: 'x' }, { code: 'z' }), ofP)).toEqual(['a', 'b']);
    expect(await findBy(test.store, byToken())).toEqual([]);
  });

  it('finds the current version only, under what it has now', async () => {
    await put(test.store, { id: 'a', index: [token('urn:s', 'x'), text('old'), date(1, 2)] });
    await put(test.store, { id: 'a', versionId: 2, index: [token('urn:s', 'y'), text('new'), date(5, 6)] });
    expect(await findBy(test.store, byToken({ code: 'x' }))).toEqual([]);
    expect(await findBy(test.store, byText('contains', 'old'))).toEqual([]);
    expect(await findBy(test.store, byText('exact', 'old'))).toEqual([]);
    expect(
      await findBy(test.store, { kind: 'date', parameter: 'date', anyOf: [{ prefix: 'lt', low: 4, high: 5 }] }),
    ).toEqual([]);
    expect(await findBy(test.store, byToken({ code: 'y' }), byText('starts', 'new'))).toEqual(['a']);
    await put(test.store, { id: 'a', versionId: 3, method: 'DELETE' });
    expect(await find(test.store)).toEqual([]);
    expect(await findBy(test.store, byToken({ code: 'y' }))).toEqual([]);
  });

  it('finds once what matches in several ways', async () => {
    await index(test.store, [
      token('urn:s', 'x'),
      token('urn:t', 'x'),
      token('urn:s', 'x'),
      text('ana'),
      text('anabel'),
    ]);
    expect(await find(test.store, { where: [byToken({ code: 'x' }, { system: 'urn:s', code: 'x' })] })).toEqual(['a']);
    expect(await find(test.store, { where: [byText('starts', 'a', 'an')] })).toEqual(['a']);
    const page = await test.store.search(query({ where: [byText('starts', 'a')], total: 'accurate' }));
    expect(page.total).toBe(1);
  });

  it('gives bodies and versions with what it finds', async () => {
    await put(test.store, { id: 'a', text: 'first' });
    await put(test.store, { id: 'a', versionId: 2, text: 'second' });
    await test.store.read({ resourceType: 'Basic', id: 'a' });
    const { versions } = await test.store.search(query());
    expect(versions).toMatchObject([{ id: 'a', versionId: 2, method: 'PUT', body: 'second' }]);
  });

  it('orders by last change, oldest first, unless told otherwise', async () => {
    await index(test.store, [], [], []);
    await put(test.store, { id: 'a', versionId: 2 });
    expect(await find(test.store)).toEqual(['b', 'c', 'a']);
    expect(await find(test.store, { sort: [sortKey('_lastUpdated', true)] })).toEqual(['a', 'c', 'b']);
  });

  it('sorts by dates: the earliest ascending, the latest descending, those without last', async () => {
    await index(test.store, [date(5, 6)], [], [date(1, 2), date(9, 10)], [date(7, 8)], [date(5, 6)]);
    const by = (descending: boolean) => [sortKey('date', descending)];
    expect((await find(test.store, { sort: by(false), count: 2 })).join('')).toBe('caedb');
    expect((await find(test.store, { sort: by(true), count: 1 })).join('')).toBe('cdeab');
  });

  it('sorts by several keys', async () => {
    const second = (low: number): IndexEntry => ({ kind: 'date', parameter: 'other', low, high: low + 1 });
    await index(test.store, [date(1, 2), second(1)], [date(1, 2), second(2)], [date(0, 1)], [date(1, 2)], [second(9)]);
    const sort = [sortKey('date', false), sortKey('other', true)];
    for (const count of [1, 2, 1000]) expect((await find(test.store, { sort, count })).join('')).toBe('cbade');
    const changed = [sort[0]!, sortKey('_lastUpdated', true)];
    expect((await find(test.store, { sort: changed, count: 2 })).join('')).toBe('cdbae');
  });

  it('totals what it finds: always, where it is cheap, or never', async () => {
    await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        commit(test.store, change({ id: `i${i}`, index: [token('urn:s', i % 3 === 0 ? 'x' : 'y')] })),
      ),
    );
    const where = [byToken({ code: 'x' })];
    const total = async (parts: Parameters<typeof query>[0]) => (await test.store.search(query(parts))).total;
    expect(await total({ where, total: 'accurate', count: 10 })).toBe(100);
    expect(await total({ where, total: 'accurate', count: 0 })).toBe(100);
    expect(await total({ where, total: 'default', count: 10 })).toBe(100);
    expect(await total({ where, total: 'none', count: 10 })).toBeUndefined();
    expect(await total({ total: 'accurate', count: 10 })).toBe(300);
    expect(await total({ where: [...where, byToken({ code: 'y' })], total: 'accurate' })).toBe(0);
    const page = await test.store.search(query({ where, count: 10, total: 'accurate' }));
    const second = await test.store.search(query({ where, count: 10, total: 'accurate' }), page.next);
    expect(second.total).toBe(100);
  });

  it('finds by numbers and what is missing, and by no value at all', async () => {
    const number = (low: number, high: number, parameter = 'dose'): IndexEntry => ({
      kind: 'number',
      parameter,
      low,
      high,
    });
    await index(
      test.store,
      [number(1, 1.5)],
      [number(1e300, Number.POSITIVE_INFINITY), number(1, 2, 'dose$unit mg')],
      [number(Number.NEGATIVE_INFINITY, -5), { kind: 'present', parameter: 'code' }],
      [token('urn:s', 'x')],
      [{ kind: 'text', parameter: 'code:text', text: 'fever' }],
    );
    const by = (prefix: Prefix, low: number, high: number, parameter = 'dose'): Condition => ({
      kind: 'number',
      parameter,
      anyOf: [{ prefix, low, high }],
    });
    expect(await findBy(test.store, by('gt', 1, 1.2))).toEqual(['a', 'b']);
    expect(await findBy(test.store, by('sa', 1e299, 1e299))).toEqual(['b']);
    expect(await findBy(test.store, by('eb', -5, -4))).toEqual(['c']);
    expect(await findBy(test.store, by('eq', 1, 2, 'dose$unit mg'))).toEqual(['b']);
    expect(await findBy(test.store, { kind: 'missing', parameter: 'dose', isMissing: true })).toEqual(['d', 'e']);
    expect(await findBy(test.store, { kind: 'missing', parameter: 'code', isMissing: false })).toEqual(['c', 'd', 'e']);
    expect(await findBy(test.store, { kind: 'missing', parameter: 'never', isMissing: false })).toEqual([]);
    expect(await findBy(test.store, { kind: 'not', none: byToken({ code: 'x' }) })).toEqual(['a', 'b', 'c', 'e']);
    expect(await findBy(test.store, { kind: 'any', anyOf: [] })).toEqual([]);
    expect(await findBy(test.store, { kind: 'all', allOf: [] })).toHaveLength(5);
    expect(
      await findBy(test.store, { kind: 'string', parameter: 'code:text', anyOf: [{ match: 'starts', text: 'fe' }] }),
    ).toEqual(['e']);
  });

  it('follows references to what lives now, as it is now', async () => {
    await put(test.store, { resourceType: 'Patient', id: 'p', index: [text('Ana')] });
    await put(test.store, { resourceType: 'Patient', id: 'q', index: [text('Ana')] });
    await index(test.store, [reference('Patient', 'p')], [reference('Patient', 'q')], [reference('Group', 'p')]);
    const ofAna: Condition = {
      kind: 'refersTo',
      parameter: 'subject',
      resourceType: 'Patient',
      where: byText('starts', 'ana'),
    };
    expect(await findBy(test.store, ofAna)).toEqual(['a', 'b']);
    await put(test.store, { resourceType: 'Patient', id: 'p', versionId: 2, index: [text('Zoe')] });
    await put(test.store, { resourceType: 'Patient', id: 'q', versionId: 2, method: 'DELETE' });
    expect(await findBy(test.store, ofAna)).toEqual([]);
    const patients = (id: string): Promise<string[]> =>
      find(test.store, {
        resourceType: 'Patient',
        where: [
          { kind: 'referredBy', parameter: 'subject', resourceType: 'Basic', where: { kind: 'id', anyOf: [id] } },
        ],
      });
    expect(await patients('a')).toEqual(['p']);
    expect(await patients('b')).toEqual([]);
    await put(test.store, { id: 'a', versionId: 2, index: [] });
    expect(await patients('a')).toEqual([]);
  });

  it('follows references in the same way where there are very many', async () => {
    const count = 4_500 * test.backend.part;
    const half: IndexEntry[] = [token('urn:s', 'half')];
    await Promise.all(
      Array.from({ length: count }, (_, i) =>
        test.store.commit({
          changes: [
            change({
              resourceType: 'Patient',
              id: `p${i}`,
              index: [...half, token('urn:s', i % 3 === 0 ? 'third' : 'other')],
            }),
            change({ id: `b${i}`, index: [...half, reference('Patient', `p${i}`), date(i, i + 1)] }),
          ],
        }),
      ),
    );
    const third = Array.from({ length: count }, (_, i) => i).filter(i => i % 3 === 0);
    const where: Condition = {
      kind: 'refersTo',
      parameter: 'subject',
      resourceType: 'Patient',
      where: byToken({ code: 'half' }),
    };
    const all = await test.store.search(query({ where: [where], count: 3, total: 'accurate' }));
    expect([all.total, all.versions.map(({ id }) => id)]).toEqual([count, ['b0', 'b1', 'b2']]);
    const late = (count * 8) / 9;
    const rare: Condition = {
      kind: 'all',
      allOf: [where, { kind: 'date', parameter: 'date', anyOf: [{ prefix: 'eq', low: late, high: late + 3 }] }],
    };
    expect(await findBy(test.store, rare)).toEqual([0, 1, 2].map(i => `b${late + i}`));
    const back = (inner: Condition): Condition => ({
      kind: 'referredBy',
      parameter: 'subject',
      resourceType: 'Basic',
      where: inner,
    });
    const found = await find(test.store, {
      resourceType: 'Patient',
      where: [back(byToken({ code: 'half' })), byToken({ code: 'third' })],
    });
    expect(found).toEqual(third.map(i => `p${i}`));
    const some = third.slice(0, 100);
    const few: Condition = {
      kind: 'refersTo',
      parameter: 'subject',
      resourceType: 'Patient',
      where: { kind: 'id', anyOf: some.map(i => `p${i}`) },
    };
    const early: Condition = { kind: 'date', parameter: 'date', anyOf: [{ prefix: 'lt', low: 10, high: 11 }] };
    expect(await findBy(test.store, few)).toEqual(some.map(i => `b${i}`).sort());
    expect(await findBy(test.store, few, early)).toEqual(['b0', 'b3', 'b6', 'b9']);
    // Not counted where each resource would have to be looked at, unless that is asked for.
    const page = await test.store.search(query({ where: [where], count: 3, total: 'default' }));
    expect(page.total).toBeUndefined();
  });

  it('searches several types at once', async () => {
    await put(test.store, { id: 'a', index: [token('urn:s', 'x')] });
    await put(test.store, { id: 'b', resourceType: 'List', index: [token('urn:s', 'x')] });
    await put(test.store, { id: 'c', resourceType: 'List', index: [token('urn:s', 'y')] });
    await put(test.store, { id: 'd', resourceType: 'Flag', index: [token('urn:s', 'x')] });
    const ofTypes = (where: Condition[], ...types: string[]) => ({
      where,
      others: types.map(resourceType => ({ resourceType, where })),
    });
    expect(await find(test.store, ofTypes([], 'List'))).toEqual(['a', 'b', 'c']);
    expect(await find(test.store, { ...ofTypes([byToken({ code: 'x' })], 'List', 'Flag'), count: 1 })).toEqual([
      'a',
      'b',
      'd',
    ]);
    const none: Condition = { kind: 'not', none: byToken({ code: 'x' }) };
    expect(await find(test.store, ofTypes([none], 'List', 'Never'))).toEqual(['c']);
    const many = Array.from({ length: 40 }, (_, i) => `Type${i}`);
    expect(await find(test.store, { ...ofTypes([], ...many, 'Flag'), sort: [sortKey('_lastUpdated', true)] })).toEqual([
      'd',
      'a',
    ]);
    expect(await find(test.store, ofTypes([byToken({ code: 'x' })], ...many, 'Flag'))).toEqual(['a', 'd']);
  });
});
