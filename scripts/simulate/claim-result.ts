import type { ClaimResponse, ClaimResponseItem, CodeableConcept, Extension } from 'fhir/r4.js';
import { type Decimal, decimalOf, formatDecimal, multiplyDecimals, ZERO } from '../../src/fhir/decimal.ts';
import type { CaseClaim } from './case.ts';

const KIUNGO = 'https://kiungo.example/fhir/StructureDefinition/';

/** What became of a claim, in the words of a case. */
export interface ClaimResult {
  claimStatus: number;
  outcome: string;
  category?: string;
  totals: Record<string, string>;
  lines: Record<string, unknown>[];
  notes?: string;
}

const STAGES = ['2', '4', '8', '16'] as const;

const codeIn = (concept: CodeableConcept | undefined): string => concept?.coding?.[0]?.code ?? '';

const partOf = (extensions: readonly Extension[] | undefined, url: string, part: string): Extension | undefined =>
  extensions?.find(each => each.url === KIUNGO + url)?.extension?.find(each => each.url === part);

const stageOf = (item: ClaimResponseItem, stage: string) =>
  item.adjudication.find(({ category }) => codeIn(category) === stage);

/** Reads what the server answered back into the words of the case. */
export const claimResult = (
  answer: ClaimResponse,
  claim: CaseClaim,
  { minorUnits, coverageName }: { minorUnits: number; coverageName(id: string): string },
): ClaimResult => {
  const text = (value: Decimal): string => formatDecimal(value, minorUnits);
  const moneyText = (value: number | undefined): string => text(value === undefined ? ZERO : decimalOf(value));
  const totals: Record<string, string> = {};
  for (const { category, amount } of answer.total ?? []) totals[codeIn(category)] = moneyText(amount.value);
  const reached = STAGES.filter(stage => totals[stage] !== undefined).at(-1) ?? '2';
  const items = answer.item ?? [];
  const isRejected = items.every(item => stageOf(item, '1') !== undefined);
  const category = partOf(answer.extension, 'claim-adjudication', 'category')?.valueCode;
  const note = answer.processNote?.[0]?.text;
  return {
    claimStatus: isRejected ? 1 : Number(reached),
    outcome: answer.outcome,
    ...(category === undefined ? {} : { category }),
    totals,
    lines: items.map((item, index) => {
      const { code } = claim.lines[index]!;
      const rejected = stageOf(item, '1');
      const head = { sequence: Number(item.itemSequence), code };
      if (rejected !== undefined) return { ...head, status: 'rejected', reason: codeIn(rejected.reason) };
      const part = (name: string): Extension | undefined => partOf(item.extension, 'claim-line-adjudication', name);
      const deducted = part('deducted')?.valueMoney?.value;
      const [checked, processed, valuated] = [stageOf(item, '4'), stageOf(item, '8'), stageOf(item, '16')];
      const coverage = part('coverage')?.valueReference?.reference?.replace('Coverage/', '');
      return {
        ...head,
        status: 'accepted',
        reason: codeIn(checked?.reason),
        quantity: formatDecimal(decimalOf(checked?.value ?? 0)),
        ...(processed === undefined
          ? {}
          : {
              adjustedUnitPrice: moneyText(processed.amount?.value),
              deducted: moneyText(deducted),
              overCategoryCeiling: moneyText(part('over-category-ceiling')?.valueMoney?.value),
              overCeiling: moneyText(part('over-ceiling')?.valueMoney?.value),
            }),
        ...(valuated === undefined
          ? {}
          : {
              valuated: text(multiplyDecimals(decimalOf(valuated.amount?.value ?? 0), decimalOf(valuated.value ?? 1))),
            }),
        ...(part('nominal') === undefined ? {} : { nominal: moneyText(part('nominal')?.valueMoney?.value) }),
        ...(coverage === undefined ? {} : { coverage: coverageName(coverage) }),
      };
    }),
    ...(note === undefined ? {} : { notes: note }),
  };
};
