import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASE_URL, parameterUse } from '../../../test/fixtures/parameter-use.ts';
import { BEGINNING_OF_TIME, END_OF_TIME, formatInstant } from '../../fhir/datetime.ts';
import type { Json } from '../../fhir/resource.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { DateRange, Prefix, RangeValue } from '../query.ts';
import { dateType } from './date.ts';

const parse = (value: string, timeZone = 'UTC'): readonly RangeValue[] => {
  const condition = dateType.parse({ ...parameterUse(value), timeZone });
  return condition.kind === 'date' ? condition.anyOf : [];
};

const entriesOf = (type: string, value: Json, timeZone = 'UTC'): DateRange[] => {
  const entries: IndexEntry[] = [];
  dateType.entries[type]!(value, 'code', entries, { baseUrl: BASE_URL, timeZone });
  return entries.flatMap(entry => (entry.kind === 'date' ? [{ low: entry.low, high: entry.high }] : []));
};

const show = ({ low, high }: DateRange): string =>
  `${low === BEGINNING_OF_TIME ? 'open' : formatInstant(low)} ${high === END_OF_TIME ? 'open' : formatInstant(high)}`;

const PREFIXES: Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'];
const PRECISIONS = [
  ['2013', '2013-01-01T00:00:00.000Z 2014-01-01T00:00:00.000Z'],
  ['2013-03', '2013-03-01T00:00:00.000Z 2013-04-01T00:00:00.000Z'],
  ['2013-03-14', '2013-03-14T00:00:00.000Z 2013-03-15T00:00:00.000Z'],
  ['2013-03-14T10:20', '2013-03-14T10:20:00.000Z 2013-03-14T10:21:00.000Z'],
  ['2013-03-14T10:20:30Z', '2013-03-14T10:20:30.000Z 2013-03-14T10:20:31.000Z'],
  ['2013-03-14T10:20:30.400Z', '2013-03-14T10:20:30.400Z 2013-03-14T10:20:30.401Z'],
  ['2013-03-14T10:20:30+03:00', '2013-03-14T07:20:30.000Z 2013-03-14T07:20:31.000Z'],
] as const;

describe('values of date parameters', () => {
  it.each(PREFIXES.flatMap(prefix => PRECISIONS.map(([text, range]) => [prefix, text, range] as const)))(
    'reads %s%s',
    (prefix, text, range) => {
      const [value] = parse(`${prefix}${text}`);
      expect([value!.prefix, show(value!)]).toEqual([prefix, range]);
    },
  );

  it('takes a date without a prefix as equal', () => {
    expect(parse('2013')).toEqual(parse('eq2013'));
  });

  it('widens ap by a tenth of the time until now', () => {
    // The clock says 2024-01-01; 2023-12-22 began ten days before that and ended nine days before.
    expect(parse('ap2023-12-22').map(show)).toEqual(['2023-12-21T00:00:00.000Z 2023-12-23T21:36:00.000Z']);
    expect(parse('ap2024-01-10').map(show)).toEqual(['2024-01-09T02:24:00.000Z 2024-01-12T00:00:00.000Z']);
  });

  it('reads a day as a day of the scheme', () => {
    expect(parse('2024-02-29', 'Asia/Kathmandu').map(show)).toEqual([
      '2024-02-28T18:15:00.000Z 2024-02-29T18:15:00.000Z',
    ]);
  });

  it('reads alternatives, each with its prefix', () => {
    expect(parse('lt2013,ge2014').map(({ prefix }) => prefix)).toEqual(['lt', 'ge']);
  });

  it('understands a zone whose "+" was not percent-encoded', () => {
    expect(parse('ge2013-03-14T10:20:30 03:00')).toEqual(parse('ge2013-03-14T10:20:30+03:00'));
  });

  it.each(['yesterday', '2013-13', '2013-02-30', 'ge', 'xx2013', '>2013', '2013-03-14T', 'GE2013'])(
    'refuses %s',
    value => {
      expect(() => parse(value)).toThrow('must be a date');
    },
  );

  it('refuses modifiers', () => {
    expect(() => dateType.parse(parameterUse('2013', 'missing'))).toThrow('takes no modifier');
  });
});

describe('index entries of dates', () => {
  it.each<[string, Json, string[]]>([
    ['date', '2013-03', ['2013-03-01T00:00:00.000Z 2013-04-01T00:00:00.000Z']],
    ['dateTime', '2013-03-14T10:20:30+03:00', ['2013-03-14T07:20:30.000Z 2013-03-14T07:20:31.000Z']],
    ['instant', '2013-03-14T10:20:30.123Z', ['2013-03-14T10:20:30.123Z 2013-03-14T10:20:30.124Z']],
    ['Period', { start: '2013', end: '2014-06' }, ['2013-01-01T00:00:00.000Z 2014-07-01T00:00:00.000Z']],
    ['Period', { start: '2013' }, ['2013-01-01T00:00:00.000Z open']],
    ['Period', { end: '2013' }, ['open 2014-01-01T00:00:00.000Z']],
    ['Period', {}, []],
    ['Timing', { event: ['2013-05', null, '2012'] }, ['2012-01-01T00:00:00.000Z 2013-06-01T00:00:00.000Z']],
    [
      'Timing',
      { event: ['2016'], repeat: { boundsPeriod: { start: '2013', end: '2014' } } },
      ['2013-01-01T00:00:00.000Z 2017-01-01T00:00:00.000Z'],
    ],
    ['Timing', { repeat: { boundsDuration: { value: 2 } } }, []],
  ])('takes %s %j', (type, value, expected) => {
    expect(entriesOf(type, value).map(show)).toEqual(expected);
  });

  it('are equal to the range of their own value, in any zone and precision', () => {
    const text = fc
      .tuple(
        fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.constantFrom(4, 7, 10, 19, 23),
      )
      .map(([date, length]) => date.toISOString().slice(0, length));
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('UTC', 'Asia/Kathmandu', 'Europe/Berlin', 'America/New_York'),
        (value, timeZone) => {
          const [{ prefix, ...range }] = parse(value, timeZone) as [RangeValue];
          expect(prefix).toBe('eq');
          expect(entriesOf('dateTime', value, timeZone)).toEqual([range]);
        },
      ),
    );
  });
});
