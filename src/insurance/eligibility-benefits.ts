import type {
  CoverageEligibilityRequest,
  CoverageEligibilityResponseInsuranceItem,
  CoverageEligibilityResponseInsuranceItemBenefit,
} from 'fhir/r4.js';
import type { Day } from '../fhir/calendar.ts';
import { type Decimal, formatDecimal } from '../fhir/decimal.ts';
import { readClaimToJudge } from './adjudicate-claim.ts';
import { type CodeBenefit, type CoverBenefits, eligibility } from './adjudication/eligibility.ts';
import type { ByCare, ClaimCategory } from './adjudication/scheme.ts';
import { money } from './claim-amounts.ts';
import { questionAsClaim } from './eligibility-question.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { openimisConcept } from './openimis-codes.ts';
import { type Language, say } from './texts/say.ts';

type Item = CoverageEligibilityResponseInsuranceItem;
type Benefit = CoverageEligibilityResponseInsuranceItemBenefit;

const COUNTS: Readonly<Partial<Record<ClaimCategory, string>>> = {
  H: 'admissions_left',
  V: 'visits_left',
  C: 'consultations_left',
  S: 'surgeries_left',
  D: 'deliveries_left',
  A: 'antenatal_left',
};
const AMOUNTS: Readonly<Partial<Record<ClaimCategory, string>>> = {
  C: 'consultation_amount',
  S: 'surgery_amount',
  D: 'delivery_amount',
  H: 'hospitalization_amount',
  A: 'antenatal_amount',
};
const CARES: Readonly<Record<keyof ByCare, string>> = {
  all: 'total',
  hospital: 'hospital',
  nonHospital: 'non_hospital',
};

const benefitType = (code: string) => openimisConcept('coverage-item-benefit-type', code);

const entriesOf = <Key extends string, Value>(record: Partial<Record<Key, Value>>): [Key, Value][] =>
  Object.entries(record) as [Key, Value][];

/** What is left of a cover's limits, each where the product has it; nothing at all is told as 0. */
const limitsLeft = ({ counts, amounts, deductible, ceiling }: CoverBenefits, currency: string): Benefit[] => {
  const amount = (code: string, value: Decimal): Benefit => ({
    type: benefitType(code),
    allowedMoney: money(value, currency),
  });
  return [
    ...entriesOf(counts).flatMap(([category, left]): Benefit[] => {
      const code = COUNTS[category];
      return code === undefined ? [] : [{ type: benefitType(code), allowedUnsignedInt: left }];
    }),
    ...entriesOf(amounts).flatMap(([category, most]): Benefit[] => {
      const code = AMOUNTS[category];
      return code === undefined ? [] : [amount(code, most)];
    }),
    ...entriesOf(deductible).map(([care, left]) => amount(`${CARES[care]}_deduction`, left)),
    ...entriesOf(ceiling).map(([care, left]) => amount(`${CARES[care]}_ceiling`, left)),
  ];
};

const codeItem = (
  { left, minDate, exclusion, undecided }: CodeBenefit,
  { productOrService }: NonNullable<CoverageEligibilityRequest['item']>[number],
  language: Language,
): Item => {
  const benefit: Benefit[] = [
    ...(minDate === undefined ? [] : [{ type: benefitType('min_date_item'), allowedString: minDate }]),
    ...(left === undefined
      ? []
      : [{ type: benefitType('item_left'), allowedUnsignedInt: Math.floor(Number(formatDecimal(left))) }]),
  ];
  const told =
    undecided === undefined ? exclusion && say(`excluded-${exclusion}`) : say('benefit-undecided', { what: undecided });
  return {
    ...(productOrService === undefined ? {} : { productOrService }),
    ...(undecided === undefined ? { excluded: exclusion !== undefined } : {}),
    ...(told === undefined ? {} : { description: told(language) }),
    ...(benefit.length === 0 ? {} : { benefit }),
  };
};

/** What is told of one coverage: of its product as a whole, and of each service and drug asked about. */
export interface ToldBenefits {
  limits: readonly Benefit[];
  items: readonly Item[];
}

/** What the coverages in force on the day pay, by id; those whose product is not set up are left out. */
export const eligibilityBenefits = (
  request: CoverageEligibilityRequest,
  day: Day,
  context: InsuranceContext,
): ReadonlyMap<string, ToldBenefits> => {
  const asked = questionAsClaim(request, context.found);
  const judged = { ...readClaimToJudge({ ...asked, billablePeriod: { start: day } }, context) };
  return new Map(
    eligibility(judged, day).map(benefits => [
      benefits.cover,
      {
        limits: limitsLeft(benefits, judged.currency),
        items: benefits.codes.map((code, index) => codeItem(code, request.item![index]!, context.language)),
      },
    ]),
  );
};
