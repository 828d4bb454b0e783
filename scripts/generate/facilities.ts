import defaultScheme from '../../scheme/default.json' with { type: 'json' };
import { type FacilityLevel, priceListId } from './catalog.ts';
import { codeIdentifier, concept, type Generated, kiungo, openimis, openimisCodes, reference } from './elements.ts';
import { familyName, givenName } from './names.ts';
import { nameOfPlace, placeId, placesOf } from './places.ts';
import { type SchemePlan, WARD_VILLAGES } from './plan.ts';
import { type Random, randomOf } from './random.ts';

const FACILITIES = 2;
const OFFICERS = 3;

/** Villages that share a dispensary, wards that share a health centre; each district has a hospital. */
const DISPENSARY_VILLAGES = 2;
const CENTRE_WARDS = 3;

/** A facility: its level, and its place in the row of those. */
export interface Facility {
  level: FacilityLevel;
  index: number;
}

const KIND: Record<FacilityLevel, { name: string; care: 'O' | 'B' }> = {
  D: { name: 'Dispensary', care: 'O' },
  C: { name: 'Health Centre', care: 'B' },
  H: { name: 'District Hospital', care: 'B' },
};
const LEGAL_FORMS = ['G', 'G', 'G', 'C', 'P'];

export const facilityId = ({ level, index }: Facility): string => `HF${level}${String(index + 1).padStart(5, '0')}`;

/** The claim administrator of a facility. */
export const administratorId = (facility: Facility): string => `CA-${facilityId(facility)}`;

/** The officer who enrols families of a ward. */
export const officerId = (ward: number): string => `EO-${placeId('W', ward)}`;

const countOf = ({ villages, wards, districts }: SchemePlan, level: FacilityLevel): number => {
  if (level === 'H') return districts;
  return level === 'D' ? Math.ceil(villages / DISPENSARY_VILLAGES) : Math.ceil(wards / CENTRE_WARDS);
};

const villageOf = ({ villages }: SchemePlan, { level, index }: Facility): number => {
  const first =
    level === 'D' ? index * DISPENSARY_VILLAGES : level === 'C' ? index * CENTRE_WARDS * WARD_VILLAGES : index * 30;
  return Math.min(first, villages - 1);
};

/** The facility of a level that is nearest to a village. */
export const facilityNear = (village: number, level: FacilityLevel): Facility => {
  const { ward, district } = placesOf(village);
  if (level === 'H') return { level, index: district };
  return { level, index: Math.floor(level === 'D' ? village / DISPENSARY_VILLAGES : ward / CENTRE_WARDS) };
};

/** Any facility of a level: some are known far away, most are not. */
export const facilityAnywhere = (plan: SchemePlan, level: FacilityLevel, random: Random): Facility => {
  const nearness = random.next();
  return { level, index: Math.floor(nearness * nearness * nearness * countOf(plan, level)) };
};

function* facilities(plan: SchemePlan): Generator<Facility> {
  for (const level of ['H', 'C', 'D'] as const) {
    for (let index = 0; index < countOf(plan, level); index++) yield { level, index };
  }
}

const nameOf = (plan: SchemePlan, facility: Facility): string => {
  const village = villageOf(plan, facility);
  const place = facility.level === 'H' ? nameOfPlace(plan, 'D', facility.index) : nameOfPlace(plan, 'V', village);
  return `${place} ${KIND[facility.level].name}`;
};

const extensionCode = (name: string, code: string) => ({
  url: openimis(name),
  valueCodeableConcept: concept(openimisCodes(name), code),
});

/** The insurer, as a server has it that was started without settings, and the facilities. */
export function* organizations(plan: SchemePlan): Generator<Generated> {
  const organizationType = 'http://terminology.hl7.org/CodeSystem/organization-type';
  for (const { resource } of defaultScheme.entry) yield resource;
  for (const facility of facilities(plan)) {
    const id = facilityId(facility);
    const { level, index } = facility;
    const village = villageOf(plan, facility);
    const { district, region } = placesOf(village);
    yield {
      resourceType: 'Organization',
      id,
      extension: [
        extensionCode('organization-hf-legal-form', randomOf(plan.seed, FACILITIES, index).pick(LEGAL_FORMS)),
        extensionCode('organization-hf-level', level),
        extensionCode('organization-hf-care-type', KIND[level].care),
        ...(['services', 'items'] as const).map(kind => ({
          url: kiungo('price-list'),
          valueReference: reference('List', priceListId(level, kind)),
        })),
      ],
      identifier: codeIdentifier(id),
      type: [concept(organizationType, 'prov')],
      name: nameOf(plan, facility),
      telecom: [{ system: 'email', value: `${id.toLowerCase()}@facilities.example` }],
      address: [
        {
          extension: [
            {
              url: openimis('address-location-reference'),
              valueReference: reference('Location', placeId('V', village)),
            },
          ],
          type: 'physical',
          city: nameOfPlace(plan, 'V', village),
          district: nameOfPlace(plan, 'D', district),
          state: nameOfPlace(plan, 'R', region),
        },
      ],
    };
  }
}

/** What each facility offers, and where. */
export function* healthcareServices(plan: SchemePlan): Generator<Generated> {
  for (const facility of facilities(plan)) {
    const id = facilityId(facility);
    yield {
      resourceType: 'HealthcareService',
      id,
      active: true,
      providedBy: reference('Organization', id),
      location: [reference('Location', placeId('V', villageOf(plan, facility)))],
      name: `${nameOf(plan, facility)}, ${KIND[facility.level].care === 'O' ? 'outpatients' : 'out- and inpatients'}`,
    };
  }
}

interface Officer {
  id: string;
  code: 'CA' | 'EO';
  facility?: Facility;
  ward?: number;
}

function* officers(plan: SchemePlan): Generator<Officer> {
  for (const facility of facilities(plan)) yield { id: administratorId(facility), code: 'CA', facility };
  for (let ward = 0; ward < plan.wards; ward++) yield { id: officerId(ward), code: 'EO', ward };
}

const qualification = (code: string) => concept(openimisCodes('practitioner-qualification-type'), code);

/** Claim administrators and enrolment officers. */
export function* practitioners(plan: SchemePlan): Generator<Generated> {
  let number = 0;
  for (const { id, code } of officers(plan)) {
    const random = randomOf(plan.seed, OFFICERS, number++);
    const gender = random.chance(0.5) ? 'female' : 'male';
    yield {
      resourceType: 'Practitioner',
      id,
      identifier: codeIdentifier(id),
      name: [{ use: 'official', family: familyName(random), given: [givenName(random, gender)] }],
      gender,
      qualification: [{ code: qualification(code) }],
    };
  }
}

/** Where they work. */
export function* practitionerRoles(plan: SchemePlan): Generator<Generated> {
  for (const { id, code, facility, ward } of officers(plan)) {
    yield {
      resourceType: 'PractitionerRole',
      id,
      identifier: codeIdentifier(id),
      practitioner: reference('Practitioner', id),
      ...(facility === undefined ? {} : { organization: reference('Organization', facilityId(facility)) }),
      code: [qualification(code)],
      ...(ward === undefined ? {} : { location: [reference('Location', placeId('W', ward))] }),
    };
  }
}
