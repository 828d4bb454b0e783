import { rawNumber } from '../../src/fhir/exact-json.ts';
import { entryOf, entryReference, FACILITY_LEVELS, type FacilityLevel, hasEntry, isItem, priceAt } from './catalog.ts';
import { CONDITIONS, type Condition } from './conditions.ts';
import { dayText, isSunday, monthOf } from './days.ts';
import { codeIdentifier, concept, type Generated, money, openimis, openimisCodes, reference } from './elements.ts';
import { administratorId, type Facility, facilityAnywhere, facilityId, facilityNear } from './facilities.ts';
import { type Family, familyAt, type Policy } from './families.ts';
import { familySize, MOST_MEMBERS } from './family-size.ts';
import type { SchemePlan } from './plan.ts';
import { coverageId } from './policies.ts';
import { type Random, randomOf } from './random.ts';

const CLAIMS = 6;
const HEALTH = 7;
const YEAR_DAYS = 365.25;
/** Claims of a Sunday, for one of a weekday; weekdays have so much more. */
const SUNDAY = 0.3;
const WEEKDAY = 7 / (6 + SUNDAY);

interface Visit {
  family: Family;
  place: number;
  age: number;
  policy: Policy;
  isChronic: boolean;
}

/** How likely it is that somebody is ill on a day: the small, the old and the chronically ill are more often. */
const frailty = (age: number, isChronic: boolean): number => {
  if (isChronic) return 1;
  if (age < 5) return 0.5;
  return age >= 60 ? 0.4 : 0.2;
};

/** Somebody who has cover on a day, or (of thirty, one) had it before. */
const visitor = (plan: SchemePlan, random: Random, day: number): Visit | undefined => {
  const index = random.int(plan.families);
  const place = random.int(MOST_MEMBERS);
  if (place >= familySize(plan.seed, index)) return undefined;
  const family = familyAt(plan, index);
  const member = family.members[place];
  if (member === undefined || member.born >= day) return undefined;
  const age = Math.floor((day - member.born) / YEAR_DAYS);
  const isChronic = age >= 35 && randomOf(plan.seed, HEALTH, index, place).chance(0.09);
  if (!random.chance(frailty(age, isChronic))) return undefined;
  const policy = family.policies.findLast(({ start }) => start <= day);
  if (policy === undefined || (policy.end < day && !random.chance(1 / 30))) return undefined;
  return { family, place, age, policy, isChronic };
};

const fits = ({ gender, ages, isChronic }: Condition, visit: Visit): boolean =>
  (gender === undefined || gender === visit.family.members[visit.place]!.gender) &&
  (ages === undefined || (visit.age >= ages[0] && visit.age <= ages[1])) &&
  (isChronic === undefined || visit.isChronic);

const conditionOf = (random: Random, visit: Visit, month: number): Condition => {
  const weights = CONDITIONS.map(condition => {
    if (!fits(condition, visit)) return 0;
    return condition.weight * (condition.months?.[month] ?? 1) * (condition.isChronic ? 8 : 1);
  });
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return CONDITIONS[index]!;
  }
  return CONDITIONS[0]!;
};

/** Most go to the nearest that treats it, some straight to a larger one, and a few anywhere in the country. */
const facilityOf = (plan: SchemePlan, random: Random, village: number, from: FacilityLevel): Facility => {
  const least = FACILITY_LEVELS.indexOf(from);
  const level = FACILITY_LEVELS[Math.max(least, random.chance(0.6) ? 0 : 1 + random.int(2))]!;
  return random.chance(0.06) ? facilityAnywhere(plan, level, random) : facilityNear(village, level);
};

interface Line {
  code: string;
  quantity: number;
  cents: number;
}

const linesOf = (
  random: Random,
  { services, items, nights = 0 }: Condition,
  level: FacilityLevel,
  stay: number,
): Line[] => {
  const wanted: (readonly [string, number])[] = [
    ...services.map(code => [code, 1] as const),
    ...(nights > 0 && stay > 0 ? [['S040', stay] as const] : []),
    ...items.map(
      ([code, quantity]) => [code, Math.max(1, Math.round(quantity * (0.7 + random.next() * 0.6)))] as const,
    ),
  ];
  return wanted
    .filter(([code]) => hasEntry(level, code))
    .map(([code, quantity]) => {
      const price = priceAt(level, code);
      // One line in twenty asks more than the list has.
      return { code, quantity, cents: random.chance(0.05) ? Math.ceil(price * 1.2) : price };
    });
};

const itemOf = ({ code, quantity, cents }: Line, index: number) => ({
  extension: [{ url: openimis('claim-item-reference'), valueReference: entryReference(code) }],
  sequence: index + 1,
  category: concept(openimisCodes('claim-item-category'), isItem(code) ? 'item' : 'service'),
  productOrService: { text: code },
  quantity: { value: rawNumber(String(quantity)) },
  unitPrice: money(cents),
});

const narrative = (lines: readonly Line[]): string =>
  lines.map(({ code, quantity }) => `${quantity} × ${entryOf(code).title}`).join('; ');

const claimOf = (
  plan: SchemePlan,
  random: Random,
  visit: Visit,
  { day, number }: { day: number; number: string },
): Generated => {
  const { family, place, policy } = visit;
  const condition = conditionOf(random, visit, monthOf(day));
  const facility = facilityOf(plan, random, family.village, condition.from);
  const stay = condition.nights === undefined ? 0 : 1 + random.int(condition.nights);
  const lines = linesOf(random, condition, facility.level, stay);
  const total = lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0);
  const created = Math.min(plan.lastDay, day + stay + random.int(6));
  return {
    resourceType: 'Claim',
    id: `C${number}`,
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${narrative(lines)}</div>` },
    identifier: codeIdentifier(number),
    status: 'active',
    type: concept(openimisCodes('claim-visit-type'), condition.visit ?? 'O'),
    use: 'claim',
    patient: reference('Patient', family.members[place]!.id),
    billablePeriod: { start: dayText(day), end: dayText(Math.min(plan.lastDay, day + stay)) },
    created: dayText(created),
    enterer: reference('Practitioner', administratorId(facility)),
    provider: reference('Organization', facilityId(facility)),
    priority: concept('http://terminology.hl7.org/CodeSystem/processpriority', 'normal'),
    diagnosis: condition.diagnoses.map((code, index) => ({
      sequence: index + 1,
      diagnosisCodeableConcept: concept(openimisCodes('diagnosis-ICD10-level1'), code),
    })),
    insurance: [{ sequence: 1, focal: true, coverage: reference('Coverage', coverageId(family, policy, place)) }],
    item: lines.map(itemOf),
    total: money(total),
  };
};

const TRIES = 2000;

/** Every claim, day by day: what a scheme of all these people is sent in the years. */
export function* claims(plan: SchemePlan): Generator<Generated> {
  const ofDay = (plan.insurees * plan.claimsPerYear) / YEAR_DAYS;
  const season = (day: number): number => {
    const month = monthOf(day);
    const months = CONDITIONS.filter(condition => condition.months !== undefined);
    const mean = months.reduce((sum, { months: of }) => sum + of![month]!, 0) / months.length;
    return 0.6 + 0.6 * mean;
  };
  for (let day = plan.firstDay; day <= plan.lastDay; day++) {
    const expected = ofDay * season(day) * WEEKDAY * (isSunday(day) ? SUNDAY : 1);
    const count = Math.floor(expected + randomOf(plan.seed, CLAIMS, day).next());
    for (let index = 0; index < count; index++) {
      const random = randomOf(plan.seed, CLAIMS, day, index);
      let visit: Visit | undefined;
      for (let tries = 0; visit === undefined && tries < TRIES; tries++) visit = visitor(plan, random, day);
      if (visit === undefined) continue;
      yield claimOf(plan, random, visit, {
        day,
        number: `${dayText(day).replaceAll('-', '')}-${String(index + 1).padStart(6, '0')}`,
      });
    }
  }
}
