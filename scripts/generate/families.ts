import { dayText, yearsLater } from './days.ts';
import { codeIdentifier, concept, type Generated, openimis, openimisCodes, reference } from './elements.ts';
import { facilityId, facilityNear } from './facilities.ts';
import { familySize } from './family-size.ts';
import { familyName, givenName } from './names.ts';
import { nameOfPlace, placeId, placesOf } from './places.ts';
import type { SchemePlan } from './plan.ts';
import { type Random, randomOf } from './random.ts';

const FAMILIES = 5;

export interface Member {
  /** Logical id of the Patient. */
  id: string;
  /** The insuree's number, nine or ten digits. */
  number: string;
  given: string;
  gender: 'female' | 'male';
  /** The number of the day. */
  born: number;
}

/** One insurance year of a family; days are numbers. */
export interface Policy {
  /** From 0. */
  number: number;
  start: number;
  end: number;
}

export interface Family {
  index: number;
  id: string;
  name: string;
  village: number;
  isPoor: boolean;
  /** The head first. */
  members: Member[];
  policies: Policy[];
}

const memberAge = (random: Random, place: number, headAge: number): number => {
  if (place === 0) return headAge;
  if (place === 1) return Math.max(17, headAge - 6 + random.int(11));
  // Children, and now and then a parent of the head.
  if (random.chance(0.07)) return headAge + 20 + random.int(10);
  return random.int(Math.max(1, Math.min(20, headAge - 15)));
};

const policiesOf = (plan: SchemePlan, random: Random, joined: number): Policy[] => {
  const policies: Policy[] = [];
  for (let number = 0; ; number++) {
    const start = yearsLater(joined, number);
    if (start > plan.lastDay) return policies;
    // One family in ten lets a year go by.
    if (number > 0 && random.chance(0.1)) continue;
    policies.push({ number, start, end: yearsLater(joined, number + 1) - 1 });
  }
};

/** The family of an index, always the same. */
export const familyAt = (plan: SchemePlan, index: number): Family => {
  const random = randomOf(plan.seed, FAMILIES, index);
  // Few places are large and many are small.
  const village = Math.floor(random.next() * random.next() * plan.villages);
  const early = random.next();
  const begins = yearsLater(plan.firstDay, -1);
  const joined = begins + Math.floor(early * early * (plan.lastDay - begins));
  const headAge = 20 + random.int(25) + random.int(25);
  const headGender = random.chance(0.3) ? 'female' : 'male';
  const size = index === plan.families - 1 ? plan.lastFamilySize : familySize(plan.seed, index);
  const members = Array.from({ length: size }, (_none, place): Member => {
    const other = headGender === 'male' ? 'female' : 'male';
    const gender = place === 0 ? headGender : place === 1 ? other : random.chance(0.5) ? 'female' : 'male';
    return {
      id: `P${String(index + 1).padStart(8, '0')}-${place + 1}`,
      number: String((index + 1) * 10 + place + 100_000_000),
      given: givenName(random, gender),
      gender,
      born: yearsLater(joined, -memberAge(random, place, headAge)) - random.int(360),
    };
  });
  return {
    index,
    id: `F${String(index + 1).padStart(8, '0')}`,
    name: familyName(random),
    village,
    isPoor: random.chance(0.18),
    members,
    policies: policiesOf(plan, random, joined),
  };
};

/** Every family in the order of its index. */
export function* families(plan: SchemePlan): Generator<Family> {
  for (let index = 0; index < plan.families; index++) yield familyAt(plan, index);
}

const addressOf = (plan: SchemePlan, village: number) => {
  const { ward, district, region } = placesOf(village);
  return {
    extension: [
      { url: openimis('address-municipality'), valueString: nameOfPlace(plan, 'W', ward) },
      { url: openimis('address-location-reference'), valueReference: reference('Location', placeId('V', village)) },
    ],
    use: 'home',
    type: 'physical',
    city: nameOfPlace(plan, 'V', village),
    district: nameOfPlace(plan, 'D', district),
    state: nameOfPlace(plan, 'R', region),
  };
};

/** The insurees. */
export function* patients(plan: SchemePlan): Generator<Generated> {
  for (const { name, village, members } of families(plan)) {
    const address = [addressOf(plan, village)];
    const generalPractitioner = [reference('Organization', facilityId(facilityNear(village, 'D')))];
    for (const [place, { id, number, given, gender, born }] of members.entries()) {
      yield {
        resourceType: 'Patient',
        id,
        extension: [{ url: openimis('patient-is-head'), valueBoolean: place === 0 }],
        identifier: codeIdentifier(number),
        active: true,
        name: [{ use: 'official', family: name, given: [given] }],
        ...(place === 0
          ? { telecom: [{ system: 'phone', value: `+000 ${number.slice(0, 3)} ${number.slice(3)}` }] }
          : {}),
        gender,
        birthDate: dayText(born),
        address,
        generalPractitioner,
      };
    }
  }
}

/** The families. */
export function* groups(plan: SchemePlan): Generator<Generated> {
  for (const { id, name, village, isPoor, members } of families(plan)) {
    const { use: _use, ...address } = addressOf(plan, village);
    yield {
      resourceType: 'Group',
      id,
      extension: [
        { url: openimis('group-address'), valueAddress: { ...address, use: 'home' } },
        { url: openimis('group-poverty-status'), valueBoolean: isPoor },
        { url: openimis('group-type'), valueCodeableConcept: concept(openimisCodes('group-type'), 'H') },
      ],
      identifier: codeIdentifier(members[0]!.number),
      active: true,
      type: 'person',
      actual: true,
      name,
      quantity: members.length,
      member: members.map(member => ({ entity: reference('Patient', member.id) })),
    };
  }
}
