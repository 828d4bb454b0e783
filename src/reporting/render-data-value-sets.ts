import type { MeasureReport } from 'fhir/r4.js';
import { measureOf } from './measures.ts';
import { type CodeMap, named, reportValues } from './report-values.ts';

/** A body for `POST /api/dataValueSets`. */
export interface DataValueSet {
  dataSet: string;
  completeDate: string;
  period: string;
  orgUnit: string;
  dataValues: { dataElement: string; categoryOptionCombo?: string; value: string }[];
}

/**
 * A report of a month as DHIS2's JSON. A category option combination is named by the codes of its options, in their order, with commas between; the map of options
 * may give it another code under `categoryOptionCombo`.
 * https://docs.dhis2.org/en/develop/using-the-api/dhis-core-version-master/data.html#webapi_sending_bulks_data_values
 */
export const renderDataValueSet = (
  report: MeasureReport,
  { exported, codes, orgUnitOf }: { exported: string; codes: CodeMap; orgUnitOf: (report: MeasureReport) => string },
): DataValueSet => ({
  dataSet: named(codes.dataSet, measureOf(report.measure)?.dataSet ?? report.measure),
  completeDate: exported.slice(0, 10),
  period: report.period.start!.slice(0, 7).replace('-', ''),
  orgUnit: named(codes.orgUnit, orgUnitOf(report)),
  dataValues: reportValues(report, codes).map(({ dataElement, categories, value }) => {
    const combination = Object.values(categories).join(',');
    return {
      dataElement,
      ...(combination === '' ? {} : { categoryOptionCombo: named(codes.option?.categoryOptionCombo, combination) }),
      value,
    };
  }),
});
