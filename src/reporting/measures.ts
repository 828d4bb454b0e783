/** A report that this server makes. */
export interface ReportMeasure {
  /** Canonical of its Measure. */
  url: string;
  /** openIMIS' code of the data set. */
  dataSet: 'PROCESSED_CLAIM' | 'ENROLMENT';
  /** What its subjects are. */
  subject: 'Organization' | 'Location';
}

const BASE = 'https://kiungo.example/fhir/Measure';

/** All of them. */
export const MEASURES: readonly ReportMeasure[] = [
  // Claims of a facility that were made in a period, by what became of them.
  {
    url: `${BASE}/processed-claim`,
    dataSet: 'PROCESSED_CLAIM',
    subject: 'Organization',
  },
  // Insured people of a place on the last day of a period.
  {
    url: `${BASE}/enrolment`,
    dataSet: 'ENROLMENT',
    subject: 'Location',
  },
];

/** The measure of a canonical (with or without a version), or of a data set's code. */
export const measureOf = (name: string): ReportMeasure | undefined => {
  const [url] = name.split('|', 1);
  return MEASURES.find(measure => measure.url === url || measure.dataSet === name);
};
