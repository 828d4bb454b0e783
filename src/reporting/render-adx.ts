import type { MeasureReport } from 'fhir/r4.js';
import { measureOf } from './measures.ts';
import { type CodeMap, named, reportValues } from './report-values.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

const attribute = (name: string, value: string): string =>
  ` ${name}="${value.replace(/[&<"\n\t]/g, character => ESCAPES[character]!)}"`;

const NAME = /^[A-Za-z_][\w.-]*$/;

/** Categories are attributes, so that their codes must be names of XML. @throws {Error} for one that is not */
const requireName = (name: string): string => {
  if (NAME.test(name)) return name;
  throw new Error(`ADX cannot name a category "${name}": map it to letters, digits and _ in the codes, or send JSON.`);
};

/** The ISO period of a report that is of whole months. */
const periodOf = ({ period }: MeasureReport): string => `${period.start!.slice(0, 7)}-01/P1M`;

/**
 * Reports of months as one ADX message.
 * @param exported when it is made, an instant with its zone
 * @param orgUnitOf the code of a report's subject
 * https://docs.dhis2.org/en/develop/using-the-api/dhis-core-version-master/data.html#adx-data-format
 */
export const renderAdx = (
  reports: readonly MeasureReport[],
  { exported, codes, orgUnitOf }: { exported: string; codes: CodeMap; orgUnitOf: (report: MeasureReport) => string },
): string => {
  const groups = reports.map(report => {
    const dataSet = named(codes.dataSet, measureOf(report.measure)?.dataSet ?? report.measure);
    const head = [
      attribute('orgUnit', named(codes.orgUnit, orgUnitOf(report))),
      attribute('period', periodOf(report)),
      attribute('dataSet', dataSet),
      attribute('completeDate', exported.slice(0, 10)),
    ];
    const values = reportValues(report, codes).map(({ dataElement, categories, value }) => {
      const told = Object.entries(categories).map(([name, option]) => attribute(requireName(name), option));
      return `<dataValue${attribute('dataElement', dataElement)}${told.join('')}${attribute('value', value)}/>`;
    });
    return `<group${head.join('')}>${values.join('')}</group>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<adx xmlns="urn:ihe:qrph:adx:2015"${attribute('exported', exported)}>${groups.join('')}</adx>`;
};
