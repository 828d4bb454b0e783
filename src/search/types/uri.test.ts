import { describe, expect, it } from 'vitest';
import { BASE_URL, parameterUse } from '../../../test/fixtures/parameter-use.ts';
import type { IndexEntry } from '../index-entry.ts';
import { uriType } from './uri.ts';

describe('uri parameters', () => {
  it('are read as they are written, escapes aside', () => {
    expect(uriType.parse(parameterUse('http://s.example/a|1,urn:oid:1.2\\,3'))).toEqual({
      kind: 'token',
      parameter: 'code',
      anyOf: [{ code: 'http://s.example/a|1' }, { code: 'urn:oid:1.2,3' }],
    });
  });

  it('find with :below what goes on behind a slash, and with :above what they go on from', () => {
    expect(uriType.parse(parameterUse('http://s.example/a/', 'below'))).toEqual({
      kind: 'any',
      anyOf: [
        { kind: 'token', parameter: 'code', anyOf: [{ code: 'http://s.example/a/' }] },
        { kind: 'string', parameter: 'code:below', anyOf: [{ match: 'starts', text: 'http://s.example/a/' }] },
      ],
    });
    const above = uriType.parse(parameterUse('http://s.example/a/b', 'above'));
    expect(above.kind === 'token' && above.anyOf.map(({ code }) => code)).toEqual([
      ...['http://s.example/a/b', 'http://s.example/a', 'http://s.example'],
      ...['http://s.example/a/b/', 'http://s.example/a/', 'http://s.example/'],
    ]);
  });

  it('take these modifiers of URLs only, and no others', () => {
    expect(() => uriType.parse(parameterUse('urn:oid:1.2', 'below'))).toThrow('a URL with "://" in it');
    expect(() => uriType.parse(parameterUse('http://s.example', 'exact'))).toThrow('Supported: :above, :below.');
  });

  it.each(['uri', 'url', 'canonical', 'oid', 'uuid'])('are found under the whole %s', type => {
    const entries: IndexEntry[] = [];
    uriType.entries[type]!('http://s.example/a|1', 'code', entries, { baseUrl: BASE_URL, timeZone: 'UTC' });
    const isVersioned = type === 'canonical';
    expect(entries.filter(({ kind }) => kind === 'token')).toEqual([
      { kind: 'token', parameter: 'code', code: 'http://s.example/a|1' },
      ...(isVersioned ? [{ kind: 'token', parameter: 'code', code: 'http://s.example/a' }] : []),
    ]);
  });
});
