import {
  codeIdentifier,
  concept,
  type Generated,
  kiungo,
  money,
  openimis,
  openimisCodes,
  reference,
  USAGE_CONTEXT,
} from './elements.ts';

/** D dispensary, C health centre, H hospital. */
export type FacilityLevel = 'D' | 'C' | 'H';

/** From the smallest to the largest. */
export const FACILITY_LEVELS: readonly FacilityLevel[] = ['D', 'C', 'H'];

interface Entry {
  code: string;
  title: string;
  /** Price in the register, in hundredths. */
  cents: number;
  /** The smallest facilities that have it. */
  from: FacilityLevel;
}

/** A service; `category` as in openIMIS: S surgery, D delivery, A antenatal, C consultation, O other. */
export interface Service extends Entry {
  category: 'S' | 'D' | 'A' | 'C' | 'O';
  isWard?: true;
}

export const SERVICES: readonly Service[] = [
  { code: 'S001', title: 'Outpatient consultation', cents: 400, from: 'D', category: 'C' },
  { code: 'S002', title: 'Follow-up consultation', cents: 250, from: 'D', category: 'C' },
  { code: 'S003', title: 'Specialist consultation', cents: 1200, from: 'H', category: 'C' },
  { code: 'S010', title: 'Malaria rapid diagnostic test', cents: 150, from: 'D', category: 'O' },
  { code: 'S011', title: 'Blood slide for parasites', cents: 120, from: 'C', category: 'O' },
  { code: 'S012', title: 'Haemoglobin', cents: 180, from: 'D', category: 'O' },
  { code: 'S013', title: 'Blood glucose', cents: 160, from: 'D', category: 'O' },
  { code: 'S014', title: 'Urinalysis by dipstick', cents: 130, from: 'D', category: 'O' },
  { code: 'S015', title: 'Stool microscopy', cents: 170, from: 'C', category: 'O' },
  { code: 'S016', title: 'Full blood count', cents: 550, from: 'H', category: 'O' },
  { code: 'S020', title: 'X-ray, one view', cents: 900, from: 'H', category: 'O' },
  { code: 'S021', title: 'Ultrasound', cents: 1100, from: 'C', category: 'O' },
  { code: 'S030', title: 'Antenatal visit', cents: 350, from: 'D', category: 'A' },
  { code: 'S031', title: 'Normal delivery', cents: 3500, from: 'C', category: 'D' },
  { code: 'S032', title: 'Caesarean section', cents: 18000, from: 'H', category: 'S' },
  { code: 'S040', title: 'Ward, a day', cents: 800, from: 'C', category: 'O', isWard: true },
  { code: 'S050', title: 'Dressing of a wound', cents: 200, from: 'D', category: 'O' },
  { code: 'S051', title: 'Suture of a wound', cents: 600, from: 'D', category: 'S' },
  { code: 'S052', title: 'Extraction of a tooth', cents: 700, from: 'C', category: 'S' },
  { code: 'S053', title: 'Incision and drainage', cents: 900, from: 'C', category: 'S' },
];

/** A drug, or material (`isMaterial`). */
export interface Item extends Entry {
  isMaterial?: true;
}

export const ITEMS: readonly Item[] = [
  { code: 'I001', title: 'Paracetamol 500 mg, tablet', cents: 5, from: 'D' },
  { code: 'I002', title: 'Artemether 20 mg with lumefantrine 120 mg, tablet', cents: 35, from: 'D' },
  { code: 'I003', title: 'Artesunate 60 mg, injection', cents: 280, from: 'C' },
  { code: 'I004', title: 'Amoxicillin 250 mg, capsule', cents: 8, from: 'D' },
  { code: 'I005', title: 'Amoxicillin 125 mg/5 ml, bottle', cents: 140, from: 'D' },
  { code: 'I006', title: 'Oral rehydration salts, sachet', cents: 40, from: 'D' },
  { code: 'I007', title: 'Zinc 20 mg, tablet', cents: 6, from: 'D' },
  { code: 'I008', title: 'Ciprofloxacin 500 mg, tablet', cents: 14, from: 'C' },
  { code: 'I009', title: 'Metronidazole 200 mg, tablet', cents: 5, from: 'D' },
  { code: 'I010', title: 'Albendazole 400 mg, tablet', cents: 20, from: 'D' },
  { code: 'I011', title: 'Ferrous salt with folic acid, tablet', cents: 3, from: 'D' },
  { code: 'I012', title: 'Amlodipine 5 mg, tablet', cents: 7, from: 'C' },
  { code: 'I013', title: 'Hydrochlorothiazide 25 mg, tablet', cents: 4, from: 'D' },
  { code: 'I014', title: 'Metformin 500 mg, tablet', cents: 6, from: 'C' },
  { code: 'I015', title: 'Glibenclamide 5 mg, tablet', cents: 4, from: 'C' },
  { code: 'I016', title: 'Diclofenac 50 mg, tablet', cents: 5, from: 'D' },
  { code: 'I017', title: 'Ceftriaxone 1 g, injection', cents: 190, from: 'C' },
  { code: 'I018', title: 'Oxytocin 10 IU, injection', cents: 90, from: 'C' },
  { code: 'I019', title: 'Tetracycline 1 %, eye ointment', cents: 60, from: 'D' },
  { code: 'I020', title: 'Salbutamol, inhaler', cents: 320, from: 'C' },
  { code: 'I021', title: 'Dextrose 5 %, 500 ml', cents: 150, from: 'C' },
  { code: 'I022', title: 'Lidocaine 2 %, injection', cents: 70, from: 'C' },
  { code: 'I030', title: 'Examination gloves, pair', cents: 15, from: 'D', isMaterial: true },
  { code: 'I031', title: 'Gauze, roll', cents: 55, from: 'D', isMaterial: true },
  { code: 'I032', title: 'Suture with needle', cents: 210, from: 'D', isMaterial: true },
  { code: 'I033', title: 'Giving set', cents: 95, from: 'C', isMaterial: true },
];

/** Since when everything is in the register: before any claim. */
const REGISTERED = '2015-01-01';
/** What a facility of a level is paid, in percent of the price in the register. */
const PERCENT: Record<FacilityLevel, number> = { D: 100, C: 125, H: 150 };

export const isItem = (code: string): boolean => code.startsWith('I');

const ENTRIES = new Map<string, Service | Item>([...SERVICES, ...ITEMS].map(entry => [entry.code, entry]));

/** A service or an item by its code. */
export const entryOf = (code: string): Service | Item => ENTRIES.get(code)!;

/** The id of a code's Medication or ActivityDefinition. */
export const entryReference = (code: string) => reference(isItem(code) ? 'Medication' : 'ActivityDefinition', code);

/** Whether facilities of a level have a service or an item. */
export const hasEntry = (level: FacilityLevel, code: string): boolean =>
  FACILITY_LEVELS.indexOf(level) >= FACILITY_LEVELS.indexOf(entryOf(code).from);

/** What a facility of a level is paid for one, in hundredths. */
export const priceAt = (level: FacilityLevel, code: string): number =>
  Math.round((entryOf(code).cents * PERCENT[level]) / 100);

const unitPrice = (cents: number) => ({ url: openimis('unit-price'), valueMoney: money(cents) });

/** The drugs and materials of the register. */
export function* medications(): Generator<Generated> {
  for (const { code, title, cents, isMaterial } of ITEMS) {
    yield {
      resourceType: 'Medication',
      id: code,
      extension: [
        unitPrice(cents),
        {
          url: openimis('medication-type'),
          valueCodeableConcept: concept(openimisCodes('medication-item-type'), isMaterial ? 'M' : 'D'),
        },
        { url: kiungo('medication-validity'), valuePeriod: { start: REGISTERED } },
      ],
      identifier: codeIdentifier(code),
      code: { text: title },
      status: 'active',
    };
  }
}

/** The services of the register. */
export function* services(): Generator<Generated> {
  for (const { code, title, cents, category, isWard } of SERVICES) {
    const venue = { system: USAGE_CONTEXT, code: 'venue' };
    yield {
      resourceType: 'ActivityDefinition',
      id: code,
      extension: [unitPrice(cents)],
      identifier: codeIdentifier(code),
      name: code,
      title,
      status: 'active',
      date: REGISTERED,
      useContext: [
        ...(isWard
          ? [
              {
                code: venue,
                valueCodeableConcept: concept('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'IMP'),
              },
            ]
          : []),
        {
          code: { system: USAGE_CONTEXT, code: 'workflow' },
          valueCodeableConcept: concept(openimisCodes('activity-definition-usage-context-workflow-type'), category),
        },
      ],
      effectivePeriod: { start: REGISTERED },
    };
  }
}

const priceId = (level: FacilityLevel, code: string): string => `${level}-${code}`;

export const priceListId = (level: FacilityLevel, kind: 'services' | 'items'): string => `prices-${level}-${kind}`;

const listed = (level: FacilityLevel, entries: readonly Entry[]): Entry[] =>
  entries.filter(({ code }) => hasEntry(level, code));

/** One price for every service and item of each level of facilities. */
export function* prices(): Generator<Generated> {
  for (const level of FACILITY_LEVELS) {
    for (const { code, title } of listed(level, [...SERVICES, ...ITEMS])) {
      const id = priceId(level, code);
      yield {
        resourceType: 'ChargeItemDefinition',
        id,
        extension: [{ url: openimis('claim-item-reference'), valueReference: entryReference(code) }],
        url: `https://kiungo.example/fhir/ChargeItemDefinition/${id}`,
        title,
        status: 'active',
        effectivePeriod: { start: REGISTERED },
        code: { text: code },
        propertyGroup: [{ priceComponent: [{ type: 'base', amount: money(priceAt(level, code)) }] }],
      };
    }
  }
}

/** The price lists, which facilities of a level share. */
export function* priceLists(): Generator<Generated> {
  for (const level of FACILITY_LEVELS) {
    for (const kind of ['services', 'items'] as const) {
      const id = priceListId(level, kind);
      yield {
        resourceType: 'List',
        id,
        identifier: codeIdentifier(id),
        status: 'current',
        mode: 'working',
        title: `Prices of ${kind}, level ${level}`,
        code: { text: 'Price list' },
        date: REGISTERED,
        entry: listed(level, kind === 'services' ? SERVICES : ITEMS).map(({ code }) => ({
          item: reference('ChargeItemDefinition', priceId(level, code)),
        })),
      };
    }
  }
}
