import { entryReference, ITEMS, SERVICES } from './catalog.ts';
import {
  amount,
  codeIdentifier,
  concept,
  type Generated,
  money,
  openimis,
  openimisCodes,
  PLAN_BENEFIT,
} from './elements.ts';
import type { Family } from './families.ts';

/** A product: what a family pays, and how much of its bills is paid. */
export interface Product {
  code: string;
  name: string;
  lumpSumCents: number;
  /** Of a policy in a year. */
  ceilingCents: number;
  /** Percent of what drugs cost. */
  itemPercent: number;
}

const BASIC: Product = {
  code: 'BASIC',
  name: 'Community cover',
  lumpSumCents: 2400,
  ceilingCents: 40_000,
  itemPercent: 90,
};
const FORMAL: Product = {
  code: 'FORMAL',
  name: 'Cover of the employed',
  lumpSumCents: 9600,
  ceilingCents: 200_000,
  itemPercent: 100,
};

/** One family in eight has a member who is employed. */
const FORMAL_SHARE = 8;

export const productOf = ({ index }: Family): Product => (index % FORMAL_SHARE === 0 ? FORMAL : BASIC);

const VISITS = ['O', 'E', 'R'].map(code => concept(openimisCodes('claim-visit-type'), code));
const planCode = (code: string) => concept(PLAN_BENEFIT, code);

const paid = (code: string, percent: number) => ({
  extension: [{ url: openimis('claim-item-reference'), valueReference: entryReference(code) }],
  type: { text: code },
  cost: [
    { type: planCode('price-origin'), qualifiers: [planCode('P')] },
    {
      type: planCode('coinsurance'),
      qualifiers: VISITS,
      value: { value: percent, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
    },
  ],
});

const generalCost = (code: string, cents: number) => ({
  type: concept(openimisCodes('insurance-plan-general-cost-type'), code),
  cost: money(cents),
});

const limit = (code: string, value: number, unit: string) => ({
  value: { value, unit },
  code: concept(openimisCodes('insurance-plan-coverage-benefit-limit'), code),
});

const medical = concept('http://terminology.hl7.org/CodeSystem/insurance-plan-type', 'medical');

/** The products. */
export function* products(): Generator<Generated> {
  for (const { code, name, lumpSumCents, ceilingCents, itemPercent } of [BASIC, FORMAL]) {
    yield {
      resourceType: 'InsurancePlan',
      id: code,
      identifier: codeIdentifier(code),
      status: 'active',
      type: [medical],
      name,
      period: { start: '2015-01-01', end: '2039-12-31' },
      coverage: [
        {
          type: medical,
          benefit: [{ type: medical, limit: [limit('period', 12, 'month'), limit('memberCount', 9, 'member')] }],
        },
      ],
      plan: [
        {
          generalCost: [generalCost('lumpsum', lumpSumCents)],
          specificCost: [
            {
              category: planCode('general'),
              benefit: [
                { type: planCode('ceiling'), cost: [{ type: planCode('policy'), value: amount(ceilingCents) }] },
              ],
            },
            { category: planCode('service'), benefit: SERVICES.map(entry => paid(entry.code, 100)) },
            { category: planCode('item'), benefit: ITEMS.map(entry => paid(entry.code, itemPercent)) },
          ],
        },
      ],
    };
  }
}
