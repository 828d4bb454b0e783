import type { CodeableConcept, MeasureReport } from 'fhir/r4.js';
import { isRawNumber } from '../fhir/exact-json.ts';

/** One number of a report as DHIS2 takes it. */
export interface ReportValue {
  dataElement: string;
  /** Category by category. */
  categories: Readonly<Record<string, string>>;
  /** As it is written. */
  value: string;
}

/** What DHIS2 calls things, by what the reports call them; what is not named stays. */
export interface CodeMap {
  dataSet?: Readonly<Record<string, string>>;
  dataElement?: Readonly<Record<string, string>>;
  category?: Readonly<Record<string, string>>;
  /** Options of a category, by its name here: `{ ageGroup: { 'P0Y-P5Y': 'P0Y--P5Y' } }`. */
  option?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  orgUnit?: Readonly<Record<string, string>>;
}

/** What one name is called. */
export const named = (names: Readonly<Record<string, string>> | undefined, name: string): string =>
  names?.[name] ?? name;

const codeOf = (concept: CodeableConcept | undefined): string => concept?.coding?.[0]?.code ?? '';

const written = (value: unknown): string => (isRawNumber(value) ? value.rawJSON : String(value));

/** All numbers of a report, each told apart by its categories. Zeros are left out: DHIS2 drops them. */
export const reportValues = ({ group = [] }: MeasureReport, codes: CodeMap): ReportValue[] =>
  group.flatMap(({ code, stratifier = [] }) =>
    stratifier
      .flatMap(({ stratum = [] }) => stratum)
      .flatMap(({ component = [], population, measureScore }) => {
        const value = written(measureScore?.value ?? population?.[0]?.count ?? 0);
        if (Number(value) === 0) return [];
        const categories = component.map(each => {
          const name = codeOf(each.code);
          return [named(codes.category, name), named(codes.option?.[name], codeOf(each.value))] as const;
        });
        const dataElement = named(codes.dataElement, codeOf(code));
        return [{ dataElement, categories: Object.fromEntries(categories), value }];
      }),
  );
