import { addDecimals, decimalOf, formatDecimal, ZERO } from '../../src/fhir/decimal.ts';
import { rawNumber } from '../../src/fhir/exact-json.ts';
import type { BatchClaim, BatchLine, CaseDistribution } from './batch-case.ts';
import type { CaseSetUp, MoneyText } from './case.ts';
import { claimResource } from './claim-resources.ts';
import { money, type Naming, type Printed } from './set-up-resources.ts';

const KIUNGO = 'https://kiungo.example/fhir';
const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const own = (name: string): string => `${KIUNGO}/StructureDefinition/${name}`;
const concept = (system: string, code: string) => ({ coding: [{ system: `${OPENIMIS}/CodeSystem/${system}`, code }] });

/** A product with the distribution of one period. */
export const withDistribution = (
  plan: Printed,
  { type, careType, period, percent }: CaseDistribution & { careType: string },
): Printed => ({
  ...plan,
  extension: [
    {
      url: own('plan-distribution'),
      extension: [
        { url: 'type', valueCode: type },
        { url: 'care', valueCode: careType },
        { url: 'period', valuePositiveInt: period },
        { url: 'percent', valueDecimal: rawNumber(String(percent)) },
      ],
    },
  ],
});

/** A policy of the product for which one contribution was paid. */
export const contractResource = (
  index: number,
  { amount, coverage }: { amount: MoneyText; coverage: { effective: string; expiry: string } },
  product: string,
  naming: Naming,
): Printed => {
  const patient = { reference: `Patient/${naming.id('patient', 'insuree')}` };
  const period = { start: coverage.effective, end: coverage.expiry };
  return {
    resourceType: 'Contract',
    id: naming.id('contribution', `${index + 1}`),
    status: 'executed',
    issued: coverage.effective,
    subject: [patient],
    term: [
      {
        offer: { text: product },
        asset: [
          {
            extension: [
              {
                url: `${OPENIMIS}/StructureDefinition/contract-premium`,
                extension: [
                  { url: 'category', valueCodeableConcept: concept('contract-premium-category', 'C') },
                  { url: 'amount', valueMoney: money(amount, naming.currency) },
                  { url: 'receipt', valueString: `${index + 1}` },
                  { url: 'date', valueDate: coverage.effective },
                  { url: 'type', valueCodeableConcept: concept('contract-premium-type', 'C') },
                ],
              },
            ],
            typeReference: [patient],
            period: [period],
            usePeriod: [period],
            valuedItem: [
              {
                entityReference: { reference: `InsurancePlan/${naming.id('product', product)}` },
                net: money(amount, naming.currency),
              },
            ],
          },
        ],
      },
    ],
  };
};

const lineValue = ({ nominal, valuated }: BatchLine): MoneyText => nominal ?? valuated ?? '0';

/** The stages that an answer of that status shows. */
const stagesOf = (status: number): string[] => ['2', '4', '8', '16'].filter(stage => Number(stage) <= status);

const answerLine = (line: BatchLine, status: number, naming: Naming): object => {
  const amount = money(lineValue(line), naming.currency);
  const part = line.priceOrigin === 'R' ? 'nominal' : 'valuated';
  return {
    extension: [
      {
        url: own('claim-line-adjudication'),
        extension: [
          { url: 'coverage', valueReference: { reference: `Coverage/${naming.id('coverage', 'cover-insuree')}` } },
          { url: 'price-origin', valueCode: line.priceOrigin },
          { url: 'limit-type', valueCode: 'C' },
          { url: part, valueMoney: amount },
        ],
      },
    ],
    itemSequence: line.sequence,
    adjudication: (status === 1 ? ['1'] : stagesOf(status)).map(stage => ({
      category: concept('claim-status', stage),
      reason: concept('claim-rejection-reasons', status === 1 ? '-1' : '0'),
      amount,
      value: 1,
    })),
  };
};

/** A claim of a batch case, and its answer as it was before the run. */
export const batchClaimResources = (
  { id, status, processed, start, hospital, facility = 'facility', lines }: BatchClaim,
  setUp: CaseSetUp,
  naming: Naming,
): { claim: Printed; answer: Printed } => {
  const day = start ?? processed ?? '2024-01-01';
  const claim = claimResource(
    {
      patient: 'insuree',
      facility,
      start: day,
      created: day,
      lines: lines.map(line => ({ code: 'service', quantity: 1, unitPrice: lineValue(line) })),
    },
    setUp,
    naming,
    { name: id, mode: 'forward' },
  );
  const asked = claim as unknown as { item: { sequence: number }[] };
  asked.item.forEach((item, index) => {
    item.sequence = lines[index]!.sequence;
  });
  const sum = formatDecimal(lines.map(line => decimalOf(lineValue(line))).reduce(addDecimals, ZERO), 2);
  const answer = {
    resourceType: 'ClaimResponse',
    id: claim.id,
    extension: [
      {
        url: own('claim-adjudication'),
        extension: [
          { url: 'category', valueCode: 'V' },
          { url: 'target', valueDate: day },
          ...(processed === undefined ? [] : [{ url: 'processed', valueDate: processed }]),
        ],
      },
      {
        url: own('coverage-use'),
        extension: [
          { url: 'coverage', valueReference: { reference: `Coverage/${naming.id('coverage', 'cover-insuree')}` } },
          { url: 'deducted', valueMoney: money('0', naming.currency) },
          { url: 'remunerated', valueMoney: money(sum, naming.currency) },
          { url: 'hospital', valueBoolean: hospital ?? false },
        ],
      },
    ],
    status: 'active',
    type: claim.type,
    use: 'claim',
    patient: claim.patient,
    created: day,
    insurer: claim.insurer,
    request: { reference: `Claim/${claim.id}` },
    outcome: status === 2 ? 'queued' : status === 4 || status === 8 ? 'partial' : 'complete',
    item: lines.map(line => answerLine(line, status, naming)),
    total: (status === 1 ? ['2'] : stagesOf(status)).map(stage => ({
      category: concept('claim-status', stage),
      amount: money(sum, naming.currency),
    })),
  };
  return { claim, answer };
};

/** A facility that is paid by head. */
export const paidByHead = (facility: Printed): Printed => ({
  ...facility,
  extension: [
    ...((facility.extension ?? []) as object[]),
    { url: 'https://kiungo.example/fhir/StructureDefinition/capitation', valueBoolean: true },
  ],
});
