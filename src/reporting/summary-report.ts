import type { Identifier, MeasureReport, MeasureReportGroup, MeasureReportGroupStratifierStratum } from 'fhir/r4.js';
import type { Day } from '../fhir/calendar.ts';
import { formatDecimal } from '../fhir/decimal.ts';
import { rawNumber } from '../fhir/exact-json.ts';
import type { Figure } from './figure.ts';
import type { ReportMeasure } from './measures.ts';

/** What a report is of. */
export interface ReportOf {
  measure: ReportMeasure;
  /** Reference of the facility or place. */
  subject: string;
  /** Its code, by which others know it. */
  identifier: Identifier | undefined;
  /** First and last day. */
  start: Day;
  end: Day;
  /** Day on which it was made. */
  date: Day;
  /** ISO 4217. */
  currency: string;
}

const CODES = 'https://kiungo.example/fhir/CodeSystem/report-code';
const POPULATION = 'http://terminology.hl7.org/CodeSystem/measure-population';

const concept = (code: string, system: string = CODES) => ({ coding: [{ system, code }] });

const initialPopulation = (count: number) => [{ code: concept('initial-population', POPULATION), count }];

const stratumOf = ({ components, count, amount }: Figure, currency: string): MeasureReportGroupStratifierStratum => ({
  component: Object.entries(components).map(([name, code]) => ({ code: concept(name), value: concept(code) })),
  ...(count === undefined ? {} : { population: initialPopulation(count) }),
  ...(amount === undefined
    ? {}
    : {
        measureScore: {
          value: rawNumber(formatDecimal(amount)) as unknown as number,
          unit: currency,
          system: 'urn:iso:std:iso:4217',
          code: currency,
        },
      }),
});

const groupOf = (dataElement: string, figures: readonly Figure[], currency: string): MeasureReportGroup => {
  const counts = figures.flatMap(({ count }) => count ?? []);
  return {
    code: concept(dataElement),
    ...(counts.length === 0 ? {} : { population: initialPopulation(counts.reduce((sum, count) => sum + count, 0)) }),
    stratifier: [{ stratum: figures.map(figure => stratumOf(figure, currency)) }],
  };
};

/**
 * The figures of one subject as a summary: a group for each data element, a stratum for each way in which its figures are told apart. Counts are populations,
 * sums of money measureScores. https://profiles.ihe.net/QRPH/mADX/index.html
 */
export const summaryReport = (
  figures: readonly Figure[],
  { measure, subject, identifier, start, end, date, currency }: ReportOf,
): MeasureReport => {
  const byElement = Map.groupBy(figures, ({ dataElement }) => dataElement);
  const group = [...byElement].map(([dataElement, each]) => groupOf(dataElement, each, currency));
  return {
    resourceType: 'MeasureReport',
    status: 'complete',
    type: 'summary',
    measure: measure.url,
    // A facility is an Organization, which R4 lets report but not be the subject; its code stands there then.
    subject: {
      ...(measure.subject === 'Location' ? { reference: subject } : {}),
      ...(identifier === undefined ? { display: subject } : { identifier }),
    },
    ...(measure.subject === 'Organization' ? { reporter: { reference: subject } } : {}),
    date,
    period: { start, end },
    ...(group.length === 0 ? {} : { group }),
  };
};
