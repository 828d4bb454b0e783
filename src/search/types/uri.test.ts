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

  it('take no modifier', () => {
    expect(() => uriType.parse(parameterUse('http://s.example/', 'below'))).toThrow('takes no modifier');
  });

  it.each(['uri', 'url', 'canonical', 'oid', 'uuid'])('are found under the whole %s', type => {
    const entries: IndexEntry[] = [];
    uriType.entries[type]!('http://s.example/a|1', 'code', entries, { baseUrl: BASE_URL, timeZone: 'UTC' });
    expect(entries).toEqual([{ kind: 'token', parameter: 'code', code: 'http://s.example/a|1' }]);
  });
});
