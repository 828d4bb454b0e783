import type { Claim, ClaimResponse, Coverage, Patient } from 'fhir/r4.js';
import { type Decimal, decimalOf, ZERO } from '../fhir/decimal.ts';
import { plainNumber } from '../fhir/exact-json.ts';
import { claimStage, hasStage } from '../insurance/claim-stages.ts';
import { codeOf } from '../insurance/kiungo-codes.ts';
import { CLAIM_ITEM_REFERENCE, OPENIMIS } from '../insurance/openimis-codes.ts';
import type { Figure } from './figure.ts';
import { personComponents } from './person-components.ts';

/** A claim with what is stored of it. Decimals may be raw numbers. */
export interface ReportedClaim {
  claim: Claim;
  answer: ClaimResponse | undefined;
  patient: Patient | undefined;
  coverage: Coverage | undefined;
}

const OTHER = 'OTHER';

/** openIMIS' names in reports for how far a claim has come. */
const STATUS = { 1: 'REJECTED', 2: 'ENTERED', 4: 'CHECKED', 8: 'PROCESSED', 16: 'APPROVED' } as const;

const lineStatus = (answer: ClaimResponse | undefined, sequence: number): string => {
  const item = answer?.item?.find(({ itemSequence }) => plainNumber(itemSequence) === plainNumber(sequence));
  if (item === undefined || !(hasStage(item, '1') || hasStage(item, '4'))) return 'ENTERED';
  return hasStage(item, '1') ? 'REJECTED' : 'PASSED';
};

/** What will be paid, where that is known. */
const valuatedAmount = (answer: ClaimResponse | undefined): Decimal | undefined => {
  const total = answer?.total?.find(({ category }) => codeOf(category, `${OPENIMIS}/CodeSystem/claim-status`) === '16');
  return total?.amount.value === undefined ? undefined : decimalOf(total.amount.value);
};

const kindOf = ({ extension, category }: NonNullable<Claim['item']>[number]): 'item' | 'service' => {
  const reference = extension?.find(({ url }) => url === CLAIM_ITEM_REFERENCE)?.valueReference?.reference;
  if (reference !== undefined) return /Medication\//.test(reference) ? 'item' : 'service';
  return category?.coding?.some(({ code }) => code === 'item') || category?.text === 'item' ? 'item' : 'service';
};

const amountOf = (claim: Claim): Decimal => (claim.total?.value === undefined ? ZERO : decimalOf(claim.total.value));

/**
 * What a claim adds to the report PROCESSED_CLAIM of its facility: itself, its lines by what became of them, its main diagnosis, and the
 * amounts that were asked and that will be paid. openIMIS counts as valuated what is not; here it is what was valuated.
 */
export const claimFigures = ({ claim, answer, patient, coverage }: ReportedClaim): Figure[] => {
  const subject = claim.provider.reference ?? '';
  const product = coverage?.class?.[0]?.value ?? OTHER;
  const claim_status = answer === undefined ? STATUS[2] : STATUS[claimStage(answer)];
  const { sex, ageGroup } = personComponents(patient, claim.created.slice(0, 10));
  const claim_type = claim.type.coding?.[0]?.code ?? OTHER;
  const by = { product, claim_status, claim_type, sex, ageGroup };
  const figures: Figure[] = [{ dataElement: 'NB_CLAIM', subject, components: by, count: 1 }];
  for (const line of claim.item ?? []) {
    const dataElement = kindOf(line) === 'item' ? 'NB_CLAIM_ITEM' : 'NB_CLAIM_SERVICE';
    const line_status = lineStatus(answer, line.sequence);
    figures.push({ dataElement, subject, components: { ...by, line_status }, count: 1 });
  }
  const [main] = claim.diagnosis ?? [];
  const diagnosis = main?.diagnosisCodeableConcept?.coding?.[0]?.code;
  if (diagnosis !== undefined) {
    const components = { product, claim_status, diagnosis };
    figures.push({ dataElement: 'NB_CLAIM_SERVICE_ICD', subject, components, count: 1 });
  }
  const components = { product, claim_status, sex, ageGroup };
  figures.push({ dataElement: 'SUM_ASKED_SERVICE', subject, components, amount: amountOf(claim) });
  const valuated = valuatedAmount(answer);
  if (valuated !== undefined)
    figures.push({ dataElement: 'SUM_VALUATED_SERVICE', subject, components, amount: valuated });
  return figures;
};
