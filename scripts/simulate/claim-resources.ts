import {
  addDecimals,
  compareDecimals,
  decimalOf,
  formatDecimal,
  multiplyDecimals,
  ZERO,
} from '../../src/fhir/decimal.ts';
import { rawNumber } from '../../src/fhir/exact-json.ts';
import type { CaseClaim, CaseHistory, CaseLedger, CaseSetUp } from './case.ts';
import { caseCoverages, claimedReference, money, type Naming, type Printed, remainder } from './set-up-resources.ts';

const KIUNGO = 'https://kiungo.example/fhir';
const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const REFERENCE = `${OPENIMIS}/StructureDefinition/claim-item-reference`;
const own = (name: string): string => `${KIUNGO}/StructureDefinition/${name}`;
const concept = (system: string, code: string) => ({ coding: [{ system: `${OPENIMIS}/CodeSystem/${system}`, code }] });

const firstCoverage = (setUp: CaseSetUp, naming: Naming, patient: string): object => {
  const name = Object.entries(caseCoverages(setUp)).find(([, { members }]) => members?.[patient] !== undefined)?.[0];
  return { reference: `Coverage/${naming.id('coverage', `${name}-${patient}`)}` };
};

const RELATIONSHIPS = {
  prior: 'http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship',
  replaces: 'http://hl7.org/fhir/document-relationship-type',
} as const;

const relatedElement = ({ related }: CaseClaim, naming: Naming): object => {
  if (related === undefined) return {};
  const { relationship: code, claim } = related;
  const relationship = { coding: [{ system: RELATIONSHIPS[code], code }] };
  return { related: [{ claim: { reference: `Claim/${naming.id('claim', claim)}` }, relationship }] };
};

/** A claim that goes to the insurer of that mode. */
export const claimResource = (
  claim: CaseClaim,
  setUp: CaseSetUp,
  naming: Naming,
  { name, mode }: { name: string; mode: 'review' | 'forward' },
): Printed => {
  const asked = claim.lines.map(({ quantity, unitPrice }) =>
    multiplyDecimals(decimalOf(quantity), decimalOf(unitPrice)),
  );
  const total = formatDecimal(asked.reduce(addDecimals, ZERO), 2);
  const id = naming.id('claim', name);
  return {
    resourceType: 'Claim',
    id,
    identifier: [{ type: concept('openimis-identifiers', 'Code'), value: id }],
    status: 'active',
    type: concept('claim-visit-type', claim.type ?? 'O'),
    use: 'claim',
    patient: { reference: `Patient/${naming.id('patient', claim.patient)}` },
    ...(claim.start === undefined && claim.end === undefined
      ? {}
      : {
          billablePeriod: {
            ...(claim.start === undefined ? {} : { start: claim.start }),
            ...(claim.end === undefined ? {} : { end: claim.end }),
          },
        }),
    created: claim.created,
    insurer: { reference: `Organization/${naming.id('insurer', mode)}` },
    provider: { reference: `Organization/${naming.id('facility', claim.facility)}` },
    priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
    ...relatedElement(claim, naming),
    ...(claim.diagnoses === undefined
      ? {}
      : {
          diagnosis: claim.diagnoses.map((text, index) => ({
            sequence: index + 1,
            diagnosisCodeableConcept: { text },
          })),
        }),
    insurance: [{ sequence: 1, focal: true, coverage: firstCoverage(setUp, naming, claim.patient) }],
    item: claim.lines.map(({ code, quantity, unitPrice }, index) => ({
      extension: [{ url: REFERENCE, valueReference: { reference: claimedReference(setUp, naming, code) } }],
      sequence: index + 1,
      category: concept('claim-item-category', setUp.catalog?.[code]?.kind ?? 'service'),
      productOrService: { text: code },
      quantity: { value: rawNumber(String(quantity)) },
      unitPrice: money(unitPrice, naming.currency),
    })),
    total: money(total, naming.currency),
  };
};

/** A claim of the case's history, and the answer that it got: judged elsewhere, with the given status. */
export const historyResources = (
  history: CaseHistory,
  setUp: CaseSetUp,
  naming: Naming,
  name: string,
): { claim: Printed; answer: Printed } => {
  const lines = history.lines ?? [];
  const asked = lines.map(({ code, quantity }) => ({ code, quantity, unitPrice: '0' }));
  const facility = Object.keys(setUp.facilities ?? {})[0] ?? '';
  const first = Object.keys(setUp.catalog ?? {})[0] ?? '';
  const claim = claimResource(
    {
      patient: history.patient,
      facility,
      start: history.date,
      created: history.date,
      lines: asked.length === 0 ? [{ code: first, quantity: 1, unitPrice: '0' }] : asked,
    },
    setUp,
    naming,
    { name, mode: 'forward' },
  );
  const isRejected = history.status === 1;
  const judged = (passed: boolean, quantity: number | string) => ({
    category: concept('claim-status', passed ? '4' : '1'),
    reason: concept('claim-rejection-reasons', passed ? '0' : '-1'),
    amount: money('0', naming.currency),
    value: rawNumber(String(quantity)),
  });
  return {
    claim,
    answer: answerTo(claim, naming, history.status, {
      extension: [
        {
          url: own('claim-adjudication'),
          extension: [
            { url: 'category', valueCode: history.category ?? 'V' },
            { url: 'target', valueDate: history.date },
          ],
        },
      ],
      item: (lines.length === 0 ? [{ code: first, quantity: 0, passed: !isRejected }] : lines).map(
        ({ code, quantity, passed }, index) => ({
          extension: [{ url: REFERENCE, valueReference: { reference: claimedReference(setUp, naming, code) } }],
          itemSequence: index + 1,
          adjudication: [judged(!isRejected && passed !== false, quantity)],
        }),
      ),
    }),
  };
};

const OUTCOMES: Readonly<Record<number, string>> = {
  1: 'complete',
  2: 'queued',
  4: 'partial',
  8: 'partial',
  16: 'complete',
};

const answerTo = (claim: Printed, naming: Naming, status: number, more: object): Printed => ({
  resourceType: 'ClaimResponse',
  id: claim.id,
  identifier: [{ type: concept('openimis-identifiers', 'Code'), value: claim.id }],
  status: 'active',
  type: claim.type,
  use: 'claim',
  patient: claim.patient,
  created: claim.created,
  insurer: claim.insurer,
  request: { reference: `Claim/${claim.id}` },
  outcome: OUTCOMES[status] ?? 'complete',
  ...more,
  total: [{ category: concept('claim-status', String(status)), amount: money('0', naming.currency) }],
});

/** What other claims used up of a coverage, as one more claim that was judged elsewhere and counts for nothing else. */
export const ledgerResources = (
  row: CaseLedger,
  setUp: CaseSetUp,
  naming: Naming,
  name: string,
): { claim: Printed; answer: Printed } => {
  const facility = Object.keys(setUp.facilities ?? {})[0] ?? '';
  const code = Object.keys(setUp.catalog ?? {})[0] ?? '';
  const day = setUp.coverages?.[row.coverage]?.effective ?? '2000-01-01';
  const claim = claimResource(
    { patient: row.patient, facility, start: day, created: day, lines: [{ code, quantity: 1, unitPrice: '0' }] },
    setUp,
    naming,
    { name, mode: 'forward' },
  );
  const coverage = { reference: `Coverage/${naming.id('coverage', `${row.coverage}-${row.patient}`)}` };
  const use = (deducted: string | undefined, remunerated: string | undefined, hospital?: boolean) => ({
    url: own('coverage-use'),
    extension: [
      { url: 'coverage', valueReference: coverage },
      { url: 'deducted', valueMoney: money(deducted ?? '0', naming.currency) },
      { url: 'remunerated', valueMoney: money(remunerated ?? '0', naming.currency) },
      ...(hospital === undefined ? [] : [{ url: 'hospital', valueBoolean: hospital }]),
    ],
  });
  const rest = (whole: string | undefined, parts: (string | undefined)[]): string => {
    const left = remainder(whole, whole === undefined ? [] : parts);
    return compareDecimals(decimalOf(left), ZERO) > 0 ? left : '0';
  };
  return {
    claim,
    answer: answerTo(claim, naming, 16, {
      extension: [
        use(rest(row.dedG, [row.dedH, row.dedN]), rest(row.remG, [row.remH, row.remN])),
        use(row.dedH, row.remH, true),
        use(row.dedN, row.remN, false),
      ],
    }),
  };
};
