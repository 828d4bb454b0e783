import type { Bundle, MeasureReport } from 'fhir/r4.js';
import { addDays, addMonths } from '../fhir/calendar.ts';
import { parseExact } from '../fhir/exact-json.ts';
import { MEASURES } from './measures.ts';
import { renderAdx } from './render-adx.ts';
import { renderDataValueSet } from './render-data-value-sets.ts';
import type { CodeMap } from './report-values.ts';

/** What the reports of a month are made from, and how they are written. */
export interface RenderingOptions {
  /** The reports of all subjects of a measure, by its canonical, over a period of days (`YYYY-MM-DD`, both included). */
  reportsOf(measure: string, start: string, end: string): Promise<MeasureReport[]>;
  form: 'adx' | 'json';
  codes: CodeMap;
  /** When they were made, as an instant. */
  exported: string;
}

/** The reports of one data set and month, as they are sent. */
export interface RenderedReports {
  /** `YYYY-MM`. */
  month: string;
  dataSet: string;
  /** How many reports there are. */
  count: number;
  bodies: string[];
}

/** The reports in the Bundle that `Measure/$evaluate-measure` answers with. */
export const reportsIn = (bundle: string): MeasureReport[] => {
  const { entry = [] } = parseExact(bundle) as Bundle;
  return entry.map(({ resource }) => resource as MeasureReport);
};

const orgUnitOf = ({ subject, reporter }: MeasureReport): string =>
  subject?.identifier?.value ?? (reporter ?? subject)?.reference?.split('/').at(-1) ?? '';

/**
 * Makes the reports of a month and of the months before it, the earliest first, and writes them for DHIS2.
 * @param month the last one, `YYYY-MM`
 * @param months how many
 */
export async function* renderedReports(
  month: string,
  months: number,
  { reportsOf, form, codes, exported }: RenderingOptions,
): AsyncGenerator<RenderedReports> {
  for (let back = months - 1; back >= 0; back--) {
    const first = addMonths(`${month}-01`, -back);
    for (const { url, dataSet } of MEASURES) {
      const reports = await reportsOf(url, first, addDays(addMonths(first, 1), -1));
      const rendered = { exported, codes, orgUnitOf };
      const bodies =
        form === 'adx'
          ? [renderAdx(reports, rendered)]
          : reports.map(report => JSON.stringify(renderDataValueSet(report, rendered)));
      yield { month: first.slice(0, 7), dataSet, count: reports.length, bodies };
    }
  }
}
