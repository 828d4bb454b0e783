import type { Bundle } from 'fhir/r4.js';
import { addDays, type Day } from '../../fhir/calendar.ts';
import type { ClockRule, Found, Lookup } from '../insurance-rule.ts';
import { flagsAbout, newFlags } from './fraud-flag.ts';

/** Days that are looked at, and how many times as many days before them tell what is usual. */
const DAYS = 30;
const BEFORE = 3;
/** Fewer claims than this say nothing, in the days or before them. */
const LEAST = 30;
/** How many times the usual is much. */
const MUCH = 2;

const counted = (provider: string, from: Day, before: Day): Lookup => ({
  counts: {
    resourceType: 'Claim',
    parameters: [
      ['provider', provider],
      ['status', 'active'],
      ['use', 'claim'],
      ['created', `ge${from}`],
      ['created', `lt${before}`],
    ],
  },
});

const countIn = (found: Found, name: string): number => (found[name]?.[0] as unknown as Bundle | undefined)?.total ?? 0;

/** A facility that claims much more often than it used to: its claims of 30 days against those of the 90 days before; told once a month. */
export const facilityVolume: ClockRule = {
  code: 'facility-volume',
  isDaily: true,
  due: () => ({ resourceType: 'Organization', parameters: [['type', 'prov']], exact: true }),
  lookups: ({ id }, _found, { today }) => {
    const from = addDays(today, -DAYS);
    const facility = `Organization/${id}`;
    return {
      recent: counted(facility, from, today),
      before: counted(facility, addDays(from, -DAYS * BEFORE), from),
      flags: flagsAbout(['facility-volume'], `${facility}|${today.slice(0, 7)}`),
    };
  },
  effects: ({ id }, { found, today, insurer }) => {
    const [recent, before] = [countIn(found, 'recent'), countIn(found, 'before')];
    if (recent < LEAST || before < LEAST || recent * BEFORE <= before * MUCH) return [];
    const [from, last] = [addDays(today, -DAYS), addDays(today, -1)];
    const text = `${recent} claims from ${from} to ${last}; in the ${DAYS * BEFORE} days before there were ${before}, which is ${Math.round((before * 10) / BEFORE) / 10} in ${DAYS} days.`;
    const subject = `Organization/${id}`;
    const about = `${subject}|${today.slice(0, 7)}`;
    return newFlags([{ rule: 'facility-volume', text, details: [] }], found.flags ?? [], {
      about,
      subject,
      today,
      insurer,
    });
  },
};
