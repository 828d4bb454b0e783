import { codeIdentifier, concept, type Generated, openimisCodes, reference } from './elements.ts';
import { placeName } from './names.ts';
import { DISTRICT_WARDS, REGION_DISTRICTS, type SchemePlan, WARD_VILLAGES } from './plan.ts';
import { randomOf } from './random.ts';

/** The levels of openIMIS: region, district, ward (municipality), village. */
export type Level = 'R' | 'D' | 'W' | 'V';

const PLACES = 1;
const PARENT: Record<Level, { level: Level; children: number } | undefined> = {
  R: undefined,
  D: { level: 'R', children: REGION_DISTRICTS },
  W: { level: 'D', children: DISTRICT_WARDS },
  V: { level: 'W', children: WARD_VILLAGES },
};
const SPECIAL = ['Mjini', 'Kati', 'Juu', 'Chini', 'Mashariki', 'Magharibi'];

export const placeId = (level: Level, index: number): string => `${level}${String(index + 1).padStart(6, '0')}`;

/** What a place is called. */
export const nameOfPlace = ({ seed }: SchemePlan, level: Level, index: number): string => {
  const random = randomOf(seed, PLACES, level.charCodeAt(0), index);
  const name = placeName(random);
  return level === 'V' && random.chance(0.2) ? `${name} ${random.pick(SPECIAL)}` : name;
};

/** The indexes of the ward, the district and the region of a village. */
export const placesOf = (village: number): { ward: number; district: number; region: number } => {
  const ward = Math.floor(village / WARD_VILLAGES);
  const district = Math.floor(ward / DISTRICT_WARDS);
  return { ward, district, region: Math.floor(district / REGION_DISTRICTS) };
};

/** Every place, the larger before the smaller ones in it. */
export function* places(plan: SchemePlan): Generator<Generated> {
  const levels: [Level, number][] = [
    ['R', plan.regions],
    ['D', plan.districts],
    ['W', plan.wards],
    ['V', plan.villages],
  ];
  for (const [level, count] of levels) {
    const parent = PARENT[level];
    for (let index = 0; index < count; index++) {
      const id = placeId(level, index);
      yield {
        resourceType: 'Location',
        id,
        identifier: codeIdentifier(id),
        status: 'active',
        name: nameOfPlace(plan, level, index),
        mode: 'instance',
        physicalType: concept(openimisCodes('location-type'), level),
        ...(parent === undefined
          ? {}
          : { partOf: reference('Location', placeId(parent.level, Math.floor(index / parent.children))) }),
      };
    }
  }
}
