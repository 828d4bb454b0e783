import type { CoverageEligibilityResponse, CoverageEligibilityResponseInsuranceItemBenefit } from 'fhir/r4.js';
import { decimalOf, formatDecimal } from '../../src/fhir/decimal.ts';
import type { CaseSetUp } from './case.ts';
import { claimedReference, type Naming, type Printed } from './set-up-resources.ts';

/** What is asked of a person's cover. */
export interface EligibilityAsk {
  asOf: string;
  patient: string;
  services?: string[];
  items?: string[];
  /** One code, where only one is asked. */
  service?: string;
  item?: string;
}

/** What one coverage pays, as far as its product limits it. */
export interface CoverageResult {
  counts: Record<string, number>;
  amounts: Record<string, string>;
  deductible: Record<string, string>;
  ceiling: Record<string, string>;
  codes: Record<string, { left?: string; minDate?: string; excluded: boolean; why?: string }>;
}

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const REFERENCE = `${OPENIMIS}/StructureDefinition/claim-item-reference`;

const COUNTS: Readonly<Record<string, string>> = {
  admissions_left: 'admissions',
  visits_left: 'visits',
  consultations_left: 'consultations',
  surgeries_left: 'surgeries',
  deliveries_left: 'deliveries',
  antenatal_left: 'antenatal',
};
const AMOUNTS: Readonly<Record<string, string>> = {
  consultation_amount: 'consultations',
  surgery_amount: 'surgeries',
  delivery_amount: 'deliveries',
  hospitalization_amount: 'admissions',
  antenatal_amount: 'antenatal',
};
const CARES: Readonly<Record<string, string>> = { total: 'all', hospital: 'hospital', non_hospital: 'nonHospital' };

const askedCodes = ({ services = [], items = [], service, item }: EligibilityAsk): string[] => [
  ...services,
  ...(service === undefined ? [] : [service]),
  ...items,
  ...(item === undefined ? [] : [item]),
];

/** The question as a resource. */
export const eligibilityResource = (ask: EligibilityAsk, setUp: CaseSetUp, naming: Naming): Printed => {
  const codes = askedCodes(ask);
  return {
    resourceType: 'CoverageEligibilityRequest',
    id: naming.id('question', `${ask.patient}-${ask.asOf}`),
    status: 'active',
    purpose: ['benefits'],
    patient: { reference: `Patient/${naming.id('patient', ask.patient)}` },
    created: ask.asOf,
    insurer: { reference: `Organization/${naming.id('insurer', 'review')}` },
    ...(codes.length === 0
      ? {}
      : {
          item: codes.map(code => ({
            extension: [{ url: REFERENCE, valueReference: { reference: claimedReference(setUp, naming, code) } }],
            productOrService: { text: code },
          })),
        }),
  };
};

const codeOf = ({ type }: CoverageEligibilityResponseInsuranceItemBenefit): string => type.coding?.[0]?.code ?? '';

/** Reads an answer back into the words of the case. */
export const eligibilityResult = (
  answer: CoverageEligibilityResponse,
  { minorUnits, coverageName }: { minorUnits: number; coverageName(id: string): string },
): Record<string, CoverageResult> => {
  const results: Record<string, CoverageResult> = {};
  for (const { coverage, item = [] } of answer.insurance ?? []) {
    const result: CoverageResult = { counts: {}, amounts: {}, deductible: {}, ceiling: {}, codes: {} };
    const [whole, ...codes] = item;
    for (const benefit of whole?.benefit ?? []) {
      const code = codeOf(benefit);
      const money = formatDecimal(decimalOf(benefit.allowedMoney?.value ?? 0), minorUnits);
      const [, care = '', kind] = /^(total|hospital|non_hospital)_(deduction|ceiling)$/.exec(code) ?? [];
      if (COUNTS[code] !== undefined) result.counts[COUNTS[code]] = benefit.allowedUnsignedInt ?? 0;
      else if (AMOUNTS[code] !== undefined) result.amounts[AMOUNTS[code]] = money;
      else if (kind === 'deduction') result.deductible[CARES[care]!] = money;
      else if (kind === 'ceiling') result.ceiling[CARES[care]!] = money;
    }
    for (const { productOrService, excluded = false, description, benefit = [] } of codes) {
      const left = benefit.find(each => codeOf(each) === 'item_left')?.allowedUnsignedInt;
      const minDate = benefit.find(each => codeOf(each) === 'min_date_item')?.allowedString;
      result.codes[productOrService?.text ?? ''] = {
        ...(left === undefined ? {} : { left: String(left) }),
        ...(minDate === undefined ? {} : { minDate }),
        excluded,
        ...(description === undefined ? {} : { why: description }),
      };
    }
    results[coverageName(coverage.reference?.replace('Coverage/', '') ?? '')] = result;
  }
  return results;
};
