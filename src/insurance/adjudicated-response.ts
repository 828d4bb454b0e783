import type { Claim, ClaimResponse, ClaimResponseItem, ClaimResponseItemAdjudication, Extension } from 'fhir/r4.js';
import { addDecimals, type Decimal, decimalOf, multiplyDecimals, ZERO } from '../fhir/decimal.ts';
import type { Adjudication, ClaimStage } from './adjudication/adjudication.ts';
import { approvedQuantity, type CheckedLine } from './adjudication/check-claim.ts';
import type { CoverageUse } from './adjudication/claim-to-judge.ts';
import type { LineValue } from './adjudication/valuate-claim.ts';
import { adjudicationNotes } from './adjudication-notes.ts';
import { money, printedDecimal } from './claim-amounts.ts';
import { kiungoExtension } from './kiungo-codes.ts';
import { CLAIM_ITEM_REFERENCE, openimisConcept } from './openimis-codes.ts';
import { processNote } from './process-note.ts';
import type { Language } from './texts/say.ts';

const ONE = decimalOf(1);

interface Stage {
  category: ClaimStage;
  amount: Decimal;
  value: Decimal;
}

/** What a line is at every stage that its claim has reached: amount times value is the line. */
const stagesOf = (line: CheckedLine, value: LineValue | undefined, reached: ClaimStage): Stage[] => {
  const entered: Stage = { category: '2', amount: line.price, value: line.quantity };
  if (line.reason !== '0') return [{ ...entered, category: '1' }];
  const quantity = approvedQuantity(line);
  const stages: Stage[] = [entered, { category: '4', amount: line.approvedPrice ?? line.price, value: quantity }];
  if (value === undefined) return stages;
  if (Number(reached) >= 8) stages.push({ category: '8', amount: value.adjustedPrice, value: quantity });
  if (Number(reached) >= 16) stages.push({ category: '16', amount: value.valuated, value: ONE });
  return stages;
};

const part = (url: string, value: Omit<Extension, 'url'>): Extension => ({ url, ...value });

const lineExtension = (
  line: CheckedLine,
  value: LineValue | undefined,
  { stage, currency }: Adjudication,
): Extension[] => {
  const { paidBy, justification } = line;
  const said = justification === undefined ? [] : [part('justification', { valueString: justification })];
  if (paidBy === undefined || line.reason !== '0') {
    return said.length === 0 ? [] : [{ url: kiungoExtension('claim-line-adjudication'), extension: said }];
  }
  const parts: Extension[] = [
    part('coverage', { valueReference: { reference: `Coverage/${paidBy.cover}` } }),
    part('price-origin', { valueCode: paidBy.origin }),
    part('limit-type', { valueCode: paidBy.limit.type }),
  ];
  if (paidBy.limit.value !== undefined) {
    parts.push(part('limit-value', { valueDecimal: printedDecimal(paidBy.limit.value) }));
  }
  parts.push(...said);
  if (line.approvedPrice !== undefined) {
    parts.push(part('approved-price', { valueMoney: money(line.approvedPrice, currency) }));
  }
  if (value !== undefined && Number(stage) >= 8) {
    for (const [url, amount] of [
      ['deducted', value.deducted],
      ['over-category-ceiling', value.overCategory],
      ['over-ceiling', value.overCeiling],
    ] as const) {
      parts.push(part(url, { valueMoney: money(amount, currency) }));
    }
    // Of a relative price, what a batch run takes its share of; of another, what the run leaves as it is.
    if (paidBy.origin === 'R') parts.push(part('nominal', { valueMoney: money(value.valuated, currency) }));
    else if (stage === '8') parts.push(part('valuated', { valueMoney: money(value.valuated, currency) }));
  }
  return [{ url: kiungoExtension('claim-line-adjudication'), extension: parts }];
};

const useExtension = (use: CoverageUse, currency: string): Extension => ({
  url: kiungoExtension('coverage-use'),
  extension: [
    part('coverage', { valueReference: { reference: `Coverage/${use.coverage}` } }),
    part('deducted', { valueMoney: money(use.deducted, currency) }),
    part('remunerated', { valueMoney: money(use.remunerated, currency) }),
    ...(use.hospital === undefined ? [] : [part('hospital', { valueBoolean: use.hospital })]),
  ],
});

const judgedExtension = ({ checked, target }: Adjudication): Extension => ({
  url: kiungoExtension('claim-adjudication'),
  extension: [
    part('category', { valueCode: checked.category }),
    ...(target === undefined ? [] : [part('target', { valueDate: target })]),
  ],
});

/** Drug or service: as the line names it, or as the register was found to have it. */
const itemReference = ({ code }: CheckedLine, claim: Claim, index: number): Extension[] => {
  const given = claim.item?.[index]?.extension?.filter(({ url }) => url === CLAIM_ITEM_REFERENCE) ?? [];
  if (given.length > 0 || !code.includes('/')) return given;
  return [{ url: CLAIM_ITEM_REFERENCE, valueReference: { reference: code } }];
};

const OUTCOMES = { 1: 'complete', 4: 'partial', 8: 'partial', 16: 'complete' } as const;

/**
 * What an answer says of a claim that has been judged: every line at each stage, totals, what it uses up of coverages, and in words what
 * was cut or refused and why. The lines of `checked` are those of the claim, in its order. To be laid over the answer to the claim as it
 * was entered. https://hl7.org/fhir/R4/claimresponse.html
 */
export const adjudicatedResponse = (
  claim: Claim,
  { language, ...adjudication }: Adjudication & { language: Language },
): Pick<ClaimResponse, 'extension' | 'outcome' | 'item' | 'total' | 'processNote'> => {
  const { checked, value, stage, currency } = adjudication;
  const totals = new Map<ClaimStage, Decimal>([['2', ZERO]]);
  const add = (category: ClaimStage, amount: Decimal): void => {
    totals.set(category, addDecimals(totals.get(category) ?? ZERO, amount));
  };
  const item = checked.lines.map((line, index): ClaimResponseItem => {
    const lineValue = value.lines.get(line.sequence);
    const stages = stagesOf(line, lineValue, stage);
    for (const { category, amount, value: times } of stages) {
      add(category === '1' ? '2' : category, multiplyDecimals(amount, times));
    }
    const extension = [...itemReference(line, claim, index), ...lineExtension(line, lineValue, adjudication)];
    return {
      ...(extension.length === 0 ? {} : { extension }),
      itemSequence: claim.item![index]!.sequence,
      adjudication: stages.map(
        (each): ClaimResponseItemAdjudication => ({
          category: openimisConcept('claim-status', each.category),
          reason: openimisConcept('claim-rejection-reasons', line.reason),
          amount: money(each.amount, currency),
          value: printedDecimal(each.value),
        }),
      ),
    };
  });
  const notes = adjudicationNotes(adjudication).map(note => note(language));
  return {
    extension: [judgedExtension(adjudication), ...value.uses.map(use => useExtension(use, currency))],
    outcome: OUTCOMES[stage],
    item,
    total: [...totals].map(([category, amount]) => ({
      category: openimisConcept('claim-status', category),
      amount: money(amount, currency),
    })),
    ...processNote(notes, language),
  };
};
