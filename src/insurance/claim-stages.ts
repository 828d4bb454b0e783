import type { ClaimResponse, ClaimResponseItem, CodeableConcept, Extension, Money } from 'fhir/r4.js';
import type { Day } from '../fhir/calendar.ts';
import { type Decimal, decimalOf, ZERO } from '../fhir/decimal.ts';
import { plainNumber } from '../fhir/exact-json.ts';
import type { Resource } from '../fhir/resource.ts';
import type { ClaimStage } from './adjudication/adjudication.ts';
import type { CheckedLine, LineCover } from './adjudication/check-claim.ts';
import type { AskedLine, CoverageUse, EarlierClaim } from './adjudication/claim-to-judge.ts';
import { CLAIM_CATEGORIES } from './adjudication/scheme.ts';
import { targetOf } from './insured-reference.ts';
import { codeOf, kiungoExtension } from './kiungo-codes.ts';
import { CLAIM_ITEM_REFERENCE, OPENIMIS } from './openimis-codes.ts';

const STAGES = ['1', '2', '4', '8', '16'] as const;

const STATUS = `${OPENIMIS}/CodeSystem/claim-status`;
const REASONS = `${OPENIMIS}/CodeSystem/claim-rejection-reasons`;

const stageOf = (category: CodeableConcept | undefined): ClaimStage | undefined =>
  STAGES.find(stage => stage === codeOf(category, STATUS));

const partOf = (extension: Extension | undefined, url: string): Extension | undefined =>
  extension?.extension?.find(part => part.url === url);

const extensionOf = (extensions: readonly Extension[] | undefined, url: string): Extension | undefined =>
  extensions?.find(extension => extension.url === url);

const amountOf = (money: Money | undefined): Decimal => (money?.value === undefined ? ZERO : decimalOf(money.value));

/** A line's value at a stage: the quantity that was approved, or the price. */
const atStage = (item: ClaimResponseItem, stage: ClaimStage) =>
  item.adjudication.find(({ category }) => stageOf(category) === stage);

/** Whether a line has reached a stage. */
export const hasStage = (item: ClaimResponseItem, stage: ClaimStage): boolean => atStage(item, stage) !== undefined;

/** Accepted so far: checked, and with no reason against it. */
const hasPassed = (item: ClaimResponseItem): boolean =>
  item.adjudication.some(
    ({ category, reason }) => Number(stageOf(category)) >= 4 && (codeOf(reason, REASONS) ?? '0') === '0',
  );

/** How far the claim of an answer has come: the last stage that its totals have, or rejected where no line is left. */
export const claimStage = ({ total = [], item = [], outcome }: ClaimResponse): ClaimStage => {
  if (outcome === 'queued') return '2';
  if (item.length > 0 && !item.some(hasPassed)) return '1';
  const stages = total.flatMap(({ category }) => stageOf(category) ?? []);
  return stages.sort((a, b) => Number(b) - Number(a))[0] ?? '2';
};

const claimAdjudication = ({ extension }: ClaimResponse): Extension | undefined =>
  extensionOf(extension, kiungoExtension('claim-adjudication'));

const lineName = ({ extension }: ClaimResponseItem): string | undefined =>
  targetOf(extensionOf(extension, CLAIM_ITEM_REFERENCE)?.valueReference);

/** The category that a claim was judged with. */
export const judgedCategory = (response: ClaimResponse): EarlierClaim['category'] | undefined => {
  const code = partOf(claimAdjudication(response), 'category')?.valueCode;
  return CLAIM_CATEGORIES.find(category => category === code);
};

const judgedDay = (response: ClaimResponse): Day | undefined =>
  partOf(claimAdjudication(response), 'target')?.valueDate;

/**
 * Whether a claim's answer is the last word on it: neither entered nor checked here, so that the claim may not be changed any more. What
 * another system has begun to judge is not changed either.
 */
export const isDecided = (answer: ClaimResponse): boolean =>
  answer.outcome !== 'queued' &&
  !(answer.outcome === 'partial' && claimStage(answer) === '4' && judgedCategory(answer) !== undefined);

const readEarlierClaim = (response: ClaimResponse): EarlierClaim | undefined => {
  const [category, target] = [judgedCategory(response), judgedDay(response)];
  if (response.status !== 'active' || category === undefined || target === undefined) return undefined;
  if (Number(claimStage(response)) < 4) return undefined;
  return {
    target,
    category,
    lines: (response.item ?? []).filter(hasPassed).flatMap(item => {
      const code = lineName(item);
      const value = (atStage(item, '4') ?? atStage(item, '8'))?.value;
      return code === undefined ? [] : [{ code, quantity: decimalOf(value ?? 1) }];
    }),
  };
};

/** The answer to a claim as other claims look at it. */
export interface CountedAnswer {
  resourceType: 'ClaimResponse';
  id: string;
  /** `Patient/id`, as the answer has it. */
  patient: string;
  /** The claim as the rules count it; absent where it was not judged here, rejected or withdrawn. */
  earlier?: EarlierClaim;
  /** What it uses up of coverages; each with the coverage in place of its policy. */
  uses: readonly CoverageUse[];
}

/** What other claims look at of an answer (a ClaimResponse, plain JSON): a `CountedAnswer`. */
export const countedAnswer = (resource: Resource): Resource => {
  const response = resource as unknown as ClaimResponse;
  const earlier = readEarlierClaim(response);
  const counted: CountedAnswer = {
    resourceType: 'ClaimResponse',
    id: response.id ?? '',
    patient: response.patient.reference ?? '',
    ...(earlier === undefined ? {} : { earlier }),
    uses: usesOf(response),
  };
  return counted as unknown as Resource;
};

/** What the claim of an answer uses up of coverages; `policies` by id of coverage. */
export const coverageUses = ({ uses }: CountedAnswer, policies: ReadonlyMap<string, string>): CoverageUse[] =>
  uses.map(use => ({ ...use, policy: policies.get(use.coverage) ?? use.policy }));

const usesOf = (response: ClaimResponse): readonly CoverageUse[] =>
  response.status !== 'active'
    ? []
    : (response.extension ?? [])
        .filter(({ url }) => url === kiungoExtension('coverage-use'))
        .map(use => {
          const coverage = targetOf(partOf(use, 'coverage')?.valueReference)?.replace(/^Coverage\//, '') ?? '';
          const hospital = partOf(use, 'hospital')?.valueBoolean;
          return {
            coverage,
            policy: `Coverage/${coverage}`,
            deducted: amountOf(partOf(use, 'deducted')?.valueMoney),
            remunerated: amountOf(partOf(use, 'remunerated')?.valueMoney),
            ...(hospital === undefined ? {} : { hospital }),
          };
        });

const paidBy = (line: Extension | undefined): LineCover | undefined => {
  const cover = targetOf(partOf(line, 'coverage')?.valueReference)?.replace(/^Coverage\//, '');
  const origin = partOf(line, 'price-origin')?.valueCode;
  const type = partOf(line, 'limit-type')?.valueCode;
  const value = partOf(line, 'limit-value')?.valueDecimal;
  if (cover === undefined) return undefined;
  return {
    cover,
    origin: origin === 'O' || origin === 'R' ? origin : 'P',
    limit: { type: type === 'F' ? 'F' : 'C', ...(value === undefined ? {} : { value: decimalOf(value) }) },
  };
};

/** The lines of a claim as they were checked and reviewed, read from the answer where that was written down. */
export const checkedLines = (response: ClaimResponse, asked: readonly AskedLine[]): CheckedLine[] =>
  asked.map(line => {
    const item = response.item?.find(({ itemSequence }) => plainNumber(itemSequence) === line.sequence);
    const reason = item?.adjudication
      .map(each => codeOf(each.reason, REASONS))
      .find(code => code !== undefined && code !== '0');
    const judged = extensionOf(item?.extension, kiungoExtension('claim-line-adjudication'));
    const justification = partOf(judged, 'justification')?.valueString;
    const said = justification === undefined ? line : { ...line, justification };
    if (item === undefined || reason !== undefined) {
      return { ...said, reason: (reason ?? '-1') as CheckedLine['reason'] };
    }
    const approved = atStage(item, '4')?.value;
    const price = partOf(judged, 'approved-price')?.valueMoney?.value;
    const payer = paidBy(judged);
    return {
      ...said,
      reason: '0',
      ...(approved === undefined ? {} : { approvedQuantity: decimalOf(approved) }),
      ...(price === undefined ? {} : { approvedPrice: decimalOf(price) }),
      ...(payer === undefined ? {} : { paidBy: payer }),
    };
  });
