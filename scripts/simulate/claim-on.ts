import type { CaseSetUp } from './case.ts';
import type { Scheme } from './claim-case.ts';
import { claimResource } from './claim-resources.ts';
import { claimResult } from './claim-result.ts';
import type { Printed } from './set-up-resources.ts';
import { type Naming, setUpResources } from './set-up-resources.ts';

/** What is claimed to see whether a policy pays: one visit, which the product of the case covers whole. */
const VISIT: CaseSetUp = {
  facilities: { F: { level: 'C', careType: 'B', priceList: 'L' } },
  catalog: { VISIT: { kind: 'service', price: '10.00' } },
  priceLists: { L: [{ code: 'VISIT' }] },
  products: {
    P: {
      ceilingInterpretation: 'I',
      items: { VISIT: { origin: 'P', limits: { O: { type: 'C', adult: 100, child: 100 } } } },
    },
  },
};

type Plan = { extension?: object[]; specificCost?: object[] } & Record<string, unknown>;

const plansOf = (resource: Printed): Plan[] => (resource.plan ?? [{}]) as Plan[];

/** Facility, service and price of a visit, and the product of the case as it covers the visit too. */
export const visitResources = (product: Printed, naming: Naming): Printed[] => {
  const made = setUpResources(VISIT, naming);
  const covering = made.find(({ resourceType }) => resourceType === 'InsurancePlan')!;
  const [plan] = plansOf(product);
  const [visit] = plansOf(covering);
  const both = { ...plan, extension: visit!.extension, specificCost: visit!.specificCost };
  return [...made.filter(({ resourceType }) => resourceType !== 'InsurancePlan'), { ...product, plan: [both] }];
};

/** What a claim names where a person may have no cover: one that never began. */
const noCover = (member: string, naming: Naming): Printed => ({
  resourceType: 'Coverage',
  id: naming.id('coverage', 'none'),
  status: 'draft',
  beneficiary: { reference: `Patient/${member}` },
  payor: [{ reference: `Patient/${member}` }],
  period: { start: '1900-01-01' },
  class: [
    {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-class', code: 'plan' }] },
      value: 'none',
    },
  ],
});

/** Claims a visit of a member on a day: whether it is accepted, or the reason why not. */
export const claimOn = async (
  scheme: Scheme,
  { member, date, naming }: { member: string; date: string; naming: Naming },
): Promise<{ accepted: boolean; reason: unknown }> => {
  const cover = noCover(member, naming);
  await scheme.put(cover);
  const lines = [{ code: 'VISIT', quantity: 1, unitPrice: '10.00' }];
  const claim = { patient: '', facility: 'F', start: date, created: date, lines };
  const name = `on ${date} ${member}`;
  const resource = claimResource(claim, VISIT, naming, { name, mode: 'review' });
  const insurance = [{ sequence: 1, focal: true, coverage: { reference: `Coverage/${cover.id}` } }];
  await scheme.put({ ...resource, patient: { reference: `Patient/${member}` }, insurance });
  const answer = await scheme.readAnswer(resource.id);
  const [line] = claimResult(answer, claim, { minorUnits: 2, coverageName: id => id }).lines;
  return { accepted: line?.status === 'accepted', reason: line?.reason };
};
