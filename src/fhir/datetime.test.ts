import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, formatInstant, isTimeZone, parseDateRange } from './datetime.ts';

const range = (text: string, timeZone?: string): string => {
  const found = parseDateRange(text, timeZone);
  return found === undefined ? 'malformed' : `${formatInstant(found.low)} ${formatInstant(found.high)}`;
};

describe('parseDateRange', () => {
  it.each([
    ['2024', '2024-01-01T00:00:00.000Z 2025-01-01T00:00:00.000Z'],
    ['2024-12', '2024-12-01T00:00:00.000Z 2025-01-01T00:00:00.000Z'],
    ['2024-02', '2024-02-01T00:00:00.000Z 2024-03-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z 2024-03-01T00:00:00.000Z'],
    ['2024-12-31', '2024-12-31T00:00:00.000Z 2025-01-01T00:00:00.000Z'],
    ['0099-12-31', '0099-12-31T00:00:00.000Z 0100-01-01T00:00:00.000Z'],
    ['0012', '0012-01-01T00:00:00.000Z 0013-01-01T00:00:00.000Z'],
    ['2024-02-29T10:15', '2024-02-29T10:15:00.000Z 2024-02-29T10:16:00.000Z'],
    ['2024-02-29T10:15Z', '2024-02-29T10:15:00.000Z 2024-02-29T10:16:00.000Z'],
    ['2024-02-29T10:15:20Z', '2024-02-29T10:15:20.000Z 2024-02-29T10:15:21.000Z'],
    ['2024-02-29T10:15:20.5Z', '2024-02-29T10:15:20.500Z 2024-02-29T10:15:20.501Z'],
    ['2024-02-29T10:15:20.123999Z', '2024-02-29T10:15:20.123Z 2024-02-29T10:15:20.124Z'],
    ['2024-02-29T23:30:00-05:00', '2024-03-01T04:30:00.000Z 2024-03-01T04:30:01.000Z'],
    ['2024-02-29T00:15:00+05:45', '2024-02-28T18:30:00.000Z 2024-02-28T18:30:01.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z 2017-01-01T00:00:01.000Z'],
  ])('reads %s as %s', (text, expected) => {
    expect(range(text)).toBe(expected);
  });

  it.each([
    '',
    '24',
    '2024-',
    '2024-13',
    '2024-00',
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '2024-01-00',
    '2024-1-1',
    '0000',
    '2024-02-29T',
    '2024-02-29T10',
    '2024-02-29T24:00',
    '2024-02-29T10:60',
    '2024-02-29T10:15:61Z',
    '2024-02-29T10:15:20.Z',
    '2024-02-29T10:15:20+15:00',
    '2024-02-29T10:15:20+05',
    '2024-02-29 10:15',
    '2024Z',
    '2024-02-29Z',
    ' 2024',
    '2024\n',
  ])('refuses %j', text => {
    expect(range(text)).toBe('malformed');
  });

  it.each([
    ['Asia/Kathmandu', '2024-02-29', '2024-02-28T18:15:00.000Z 2024-02-29T18:15:00.000Z'],
    ['Asia/Kathmandu', '2024', '2023-12-31T18:15:00.000Z 2024-12-31T18:15:00.000Z'],
    ['Asia/Kathmandu', '2024-02-29T10:15:20', '2024-02-29T04:30:20.000Z 2024-02-29T04:30:21.000Z'],
    ['Asia/Kathmandu', '2024-02-29T10:15:20Z', '2024-02-29T10:15:20.000Z 2024-02-29T10:15:21.000Z'],
    ['Africa/Dar_es_Salaam', '2024-06', '2024-05-31T21:00:00.000Z 2024-06-30T21:00:00.000Z'],
    ['Europe/Berlin', '2024-03-31', '2024-03-30T23:00:00.000Z 2024-03-31T22:00:00.000Z'],
    ['Europe/Berlin', '2024-10-27', '2024-10-26T22:00:00.000Z 2024-10-27T23:00:00.000Z'],
    ['Europe/Berlin', '2024-10-27T02:30:00', '2024-10-27T00:30:00.000Z 2024-10-27T00:30:01.000Z'],
    ['Europe/Berlin', '2024-03-31T02:30:00', '2024-03-31T01:30:00.000Z 2024-03-31T01:30:01.000Z'],
    ['America/New_York', '2024-03-10', '2024-03-10T05:00:00.000Z 2024-03-11T04:00:00.000Z'],
    // Clocks went forward at midnight: the day begins at 01:00.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z 2018-11-05T02:00:00.000Z'],
    ['Africa/Cairo', '2024-04-26', '2024-04-25T22:00:00.000Z 2024-04-26T21:00:00.000Z'],
  ])('in %s reads %s as %s', (timeZone, text, expected) => {
    expect(range(text, timeZone)).toBe(expected);
  });
});

const zone = fc.constantFrom(
  'UTC',
  'Asia/Kathmandu',
  'Africa/Dar_es_Salaam',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Africa/Casablanca',
);
const instant = fc.integer({ min: Date.UTC(1972, 0, 1), max: Date.UTC(2060, 0, 1) });

describe('days and instants', () => {
  it('puts an instant into the range of its own day, in every zone', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const day = parseDateRange(dayOf(at, timeZone), timeZone)!;
        expect(at).toBeGreaterThanOrEqual(day.low);
        expect(at).toBeLessThan(day.high);
      }),
      { numRuns: 500 },
    );
  });

  it('gives neighbouring days ranges that touch', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const day = parseDateRange(dayOf(at, timeZone), timeZone)!;
        expect(parseDateRange(dayOf(day.high, timeZone), timeZone)!.low).toBe(day.high);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back the instant that it wrote, in any zone', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        expect(parseDateRange(formatInstant(at), timeZone)).toEqual({ low: at, high: at + 1 });
      }),
    );
  });

  it('knows the day of the scheme', () => {
    expect(dayOf(Date.UTC(2024, 1, 28, 18, 14), 'Asia/Kathmandu')).toBe('2024-02-28');
    expect(dayOf(Date.UTC(2024, 1, 28, 18, 15), 'Asia/Kathmandu')).toBe('2024-02-29');
    expect(dayOf(Date.UTC(2024, 1, 28, 23, 59), 'UTC')).toBe('2024-02-28');
  });

  it('tells a time zone from a made-up name', () => {
    expect(isTimeZone('Africa/Dar_es_Salaam')).toBe(true);
    expect(isTimeZone('Africa/Wakanda')).toBe(false);
  });
});
