import { describe, expect, it } from 'vitest';
import { primitives } from './primitives.ts';

const cases: Record<string, { valid: unknown[]; invalid: unknown[] }> = {
  date: {
    valid: ['2024', '2024-02', '2024-02-29', '0001-01-01', '2000-02-29', '9999-12-31'],
    invalid: [
      '2023-02-29',
      '1900-02-29',
      '2024-13',
      '2024-00',
      '2024-04-31',
      '24-01-01',
      '2024-1-1',
      '0000',
      '2024-01-01Z',
      ' 2024',
      '2024/01/01',
    ],
  },
  dateTime: {
    valid: [
      '2024',
      '2024-02',
      '2024-02-29',
      '2024-02-29T23:59:60Z',
      '2024-02-29T10:00:00.123456+14:00',
      '2024-01-01T00:00:00-00:00',
    ],
    invalid: [
      '2024-02-29T10:00:00',
      '2024-02-29T10:00Z',
      '2024-02-30T10:00:00Z',
      '2024-02-29T24:00:00Z',
      '2024-02-29T10:00:00+15:00',
      '2024-02T10:00:00Z',
      '2024-02-29T10:00:00.Z',
      '2024-02-29 10:00:00Z',
    ],
  },
  instant: {
    valid: ['2015-02-07T13:28:17.239+02:00', '2017-01-01T00:00:00Z'],
    invalid: ['2017-01-01', '2017-01-01T00:00:00', '2017-01-01T00:60:00Z', '2017-01-01T00:00:00z'],
  },
  time: { valid: ['00:00:00', '23:59:59.5'], invalid: ['24:00:00', '10:00', '10:00:00Z', '1:00:00', '10:00:00.'] },
  id: { valid: ['a', 'A-1.b', 'x'.repeat(64)], invalid: ['', 'a_b', 'x'.repeat(65), 'a b', 'ü'] },
  code: { valid: ['a', 'a b', 'x-y', 'ä'], invalid: ['', ' a', 'a ', 'a  b', 'a\n'] },
  oid: {
    valid: ['urn:oid:1.2.3', 'urn:oid:2.16.840.1.0'],
    invalid: ['1.2.3', 'urn:oid:3.1', 'urn:oid:1', 'urn:oid:1.02'],
  },
  uuid: {
    valid: ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
    invalid: [
      'c757873d-ec9a-4326-a141-556f43239520',
      'urn:uuid:C757873D-EC9A-4326-A141-556F43239520',
      'urn:uuid:c757873d',
    ],
  },
  uri: {
    valid: [
      'http://example.org/a#b',
      'urn:oid:1.2',
      'a',
      '#x',
      'urn:iso:std:iso:3166',
      'urn:uuid:C757873D-ec9a-4326-a141-556f43239520',
    ],
    invalid: [
      '',
      'http://example.org/a b',
      'a\tb',
      ' http://example.org',
      'urn:uuid:1',
      'uuid:c757873d-ec9a-4326-a141-556f43239520',
      'oid:1.2.3',
      'urn:oid:1.2.',
      'urn:oid:abc',
    ],
  },
  url: { valid: ['mailto:a@example.org', 'http://example.org'], invalid: ['', 'a b', 'urn:oid:x'] },
  canonical: {
    valid: ['http://example.org/a|1.0', '#x', 'Questionnaire/q', 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520|1'],
    invalid: ['', 'a b', 'urn:uuid:x'],
  },
  base64Binary: {
    valid: ['QQ==', 'QUJD', 'QUJD\r\nQUJD', 'QU JD'],
    invalid: ['', '    ', 'QQ=', 'QQ', 'Q===', 'QUJ!', '=QQQ', 'QQ==QUJD', 'QUJD-_QU'],
  },
  string: {
    valid: ['a', ' ', 'tab\tline\r\n', 'ñ \u00a0 \u2028 😀', 'x'.repeat(1024 * 1024)],
    invalid: ['', 'a\u0000', '\u001b[0m', `${'x'.repeat(200)}\u0007`, 'x'.repeat(1024 * 1024 + 1)],
  },
  markdown: { valid: ['# a\n\nb'], invalid: ['', 'a\u0001'] },
  integer: { valid: [0, -2147483648, 2147483647], invalid: [1.5, 2147483648, -2147483649] },
  unsignedInt: { valid: [0, 2147483647], invalid: [-1, 0.1, 2147483648] },
  positiveInt: { valid: [1, 2147483647], invalid: [0, -1, 1.5] },
  decimal: { valid: [0, -1.5, 1e300], invalid: [Number.POSITIVE_INFINITY, Number.NaN] },
};

describe.each(Object.entries(cases))('%s', (code, { valid, invalid }) => {
  const shown = (value: unknown) => (typeof value === 'string' ? value.slice(0, 40) : value);
  it.each(valid.map(value => [shown(value), value]))('may be %j', (_, value) => {
    expect(primitives[code]?.holds(value as never)).toBe(true);
  });
  it.each(invalid.map(value => [shown(value), value]))('may not be %j', (_, value) => {
    expect(primitives[code]?.holds(value as never)).toBe(false);
  });
});

describe('a valid value that looks like a mistake', () => {
  it.each([
    ['string', ' a'],
    ['string', 'a\n'],
    ['string', '  \t '],
    ['date', '0201-01-01'],
    ['dateTime', '2924-01-01T10:00:00Z'],
    ['instant', '0024-01-01T10:00:00Z'],
    ['base64Binary', 'QUJD QUJD'],
    ['canonical', 'Questionnaire/q'],
  ])('is told of %s %j', (code, value) => {
    expect(primitives[code]?.holds(value as never)).toBe(true);
    expect(primitives[code]?.suspicion?.(value as never)).toMatch(/\.$/);
  });
  it.each([
    ['string', 'a b'],
    ['date', '1924'],
    ['base64Binary', 'QUJD'],
    ['canonical', '#x'],
    ['canonical', 'urn:oid:1.2'],
  ])('is not told of %s %j', (code, value) => {
    expect(primitives[code]?.suspicion?.(value as never)).toBeUndefined();
  });
});

describe('base64Binary', () => {
  it('is judged in time proportional to its length', () => {
    const started = performance.now();
    expect(primitives.base64Binary?.holds(`${'A '.repeat(500_000)}!` as never)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
