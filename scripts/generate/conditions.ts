import type { FacilityLevel } from './catalog.ts';

/** Why people come: what is found, what is done, and to whom and when it happens. */
export interface Condition {
  /** ICD-10, the main diagnosis first. */
  diagnoses: readonly string[];
  /** How often it is among all, in the month that has most of it. */
  weight: number;
  /** For January to December, of `weight`; none: all the year. */
  months?: readonly number[];
  gender?: 'female' | 'male';
  /** Years, both included. */
  ages?: readonly [number, number];
  /** The smallest facilities that treat it. */
  from: FacilityLevel;
  services: readonly string[];
  /** Codes and quantities. */
  items: readonly (readonly [string, number])[];
  /** Most nights in a ward. */
  nights?: number;
  visit?: 'E' | 'R';
  /** Comes back month after month. */
  isChronic?: true;
}

/** Two rainy seasons: the long one from March to May, the short one in November and December. */
const RAINS = [0.6, 0.5, 0.7, 0.95, 1, 0.9, 0.6, 0.4, 0.35, 0.4, 0.6, 0.75];
const COLD = [0.5, 0.5, 0.6, 0.7, 0.8, 1, 1, 0.9, 0.7, 0.6, 0.5, 0.5];

export const CONDITIONS: readonly Condition[] = [
  {
    diagnoses: ['B54'],
    weight: 26,
    months: RAINS,
    from: 'D',
    services: ['S001', 'S010'],
    items: [
      ['I002', 24],
      ['I001', 18],
    ],
  },
  {
    diagnoses: ['B50', 'D64'],
    weight: 3,
    months: RAINS,
    ages: [0, 40],
    from: 'C',
    services: ['S001', 'S011', 'S012'],
    items: [
      ['I003', 4],
      ['I021', 2],
      ['I033', 1],
    ],
    nights: 4,
    visit: 'E',
  },
  { diagnoses: ['J06'], weight: 16, months: COLD, from: 'D', services: ['S001'], items: [['I001', 12]] },
  {
    diagnoses: ['J18'],
    weight: 7,
    months: COLD,
    ages: [0, 9],
    from: 'D',
    services: ['S001'],
    items: [
      ['I005', 2],
      ['I001', 10],
    ],
  },
  {
    diagnoses: ['J18', 'R50'],
    weight: 2,
    months: COLD,
    from: 'H',
    services: ['S003', 'S016', 'S020'],
    items: [
      ['I017', 5],
      ['I033', 1],
    ],
    nights: 5,
    visit: 'E',
  },
  {
    diagnoses: ['A09'],
    weight: 11,
    months: RAINS,
    ages: [0, 12],
    from: 'D',
    services: ['S001'],
    items: [
      ['I006', 6],
      ['I007', 10],
    ],
  },
  { diagnoses: ['B82'], weight: 5, from: 'D', services: ['S001'], items: [['I010', 1]] },
  {
    diagnoses: ['N39'],
    weight: 6,
    gender: 'female',
    ages: [14, 80],
    from: 'D',
    services: ['S001', 'S014'],
    items: [['I008', 10]],
  },
  {
    diagnoses: ['L08'],
    weight: 6,
    from: 'D',
    services: ['S001', 'S050'],
    items: [
      ['I004', 21],
      ['I031', 1],
    ],
  },
  { diagnoses: ['H10'], weight: 4, from: 'D', services: ['S001'], items: [['I019', 1]] },
  {
    diagnoses: ['T14'],
    weight: 5,
    from: 'D',
    services: ['S001', 'S051'],
    items: [
      ['I032', 1],
      ['I030', 2],
      ['I016', 10],
    ],
  },
  {
    diagnoses: ['K02'],
    weight: 4,
    ages: [6, 80],
    from: 'C',
    services: ['S001', 'S052'],
    items: [
      ['I022', 1],
      ['I001', 9],
    ],
  },
  {
    diagnoses: ['L02'],
    weight: 2,
    from: 'C',
    services: ['S001', 'S053'],
    items: [
      ['I022', 1],
      ['I009', 21],
      ['I031', 2],
    ],
  },
  { diagnoses: ['K29'], weight: 4, ages: [15, 90], from: 'D', services: ['S001'], items: [['I009', 14]] },
  {
    diagnoses: ['J45'],
    weight: 2,
    months: COLD,
    from: 'C',
    services: ['S001'],
    items: [['I020', 1]],
    isChronic: true,
    visit: 'R',
  },
  {
    diagnoses: ['I10'],
    weight: 5,
    ages: [35, 95],
    from: 'D',
    services: ['S002'],
    items: [
      ['I012', 30],
      ['I013', 30],
    ],
    isChronic: true,
    visit: 'R',
  },
  {
    diagnoses: ['E11', 'I10'],
    weight: 3,
    ages: [35, 95],
    from: 'C',
    services: ['S002', 'S013'],
    items: [
      ['I014', 60],
      ['I015', 30],
    ],
    isChronic: true,
    visit: 'R',
  },
  {
    diagnoses: ['Z34'],
    weight: 7,
    gender: 'female',
    ages: [15, 45],
    from: 'D',
    services: ['S030', 'S012'],
    items: [['I011', 30]],
  },
  {
    diagnoses: ['O80'],
    weight: 2,
    gender: 'female',
    ages: [15, 45],
    from: 'C',
    services: ['S031'],
    items: [
      ['I018', 1],
      ['I030', 4],
    ],
    nights: 1,
  },
  {
    diagnoses: ['O82'],
    weight: 0.4,
    gender: 'female',
    ages: [15, 45],
    from: 'H',
    services: ['S032', 'S016'],
    items: [
      ['I018', 2],
      ['I017', 6],
      ['I033', 2],
      ['I030', 8],
    ],
    nights: 5,
    visit: 'E',
  },
  { diagnoses: ['R10'], weight: 3, from: 'C', services: ['S001', 'S021'], items: [['I016', 6]] },
  { diagnoses: ['M54'], weight: 4, ages: [25, 95], from: 'D', services: ['S001'], items: [['I016', 15]] },
];
