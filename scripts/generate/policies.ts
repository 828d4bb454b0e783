import { dayText } from './days.ts';
import { concept, type Generated, kiungo, money, openimis, openimisCodes, reference } from './elements.ts';
import { officerId } from './facilities.ts';
import { type Family, families, type Policy } from './families.ts';
import { placesOf } from './places.ts';
import type { SchemePlan } from './plan.ts';
import { productOf } from './products.ts';

const contractId = ({ id }: Family, { number }: Policy): string => `${id}-${number}`;

/** The id of the cover of the member at a place of the family. */
export const coverageId = (family: Family, { number }: Policy, place: number): string =>
  `${family.members[place]!.id}-${number}`;

/** How many days before its first day a policy is paid. */
const PAID_BEFORE = 20;

const premium = (family: Family, policy: Policy) => {
  const part = (url: string, value: object) => ({ url, ...value });
  return {
    url: openimis('contract-premium'),
    extension: [
      part('payer', { valueCodeableConcept: concept(openimisCodes('contract-premium-payer'), 'beneficiary') }),
      part('category', { valueCodeableConcept: concept(openimisCodes('contract-premium-category'), 'C') }),
      part('amount', { valueMoney: money(productOf(family).lumpSumCents) }),
      part('receipt', { valueString: `R-${contractId(family, policy)}` }),
      part('date', { valueDate: dayText(policy.start - PAID_BEFORE) }),
      part('type', { valueCodeableConcept: concept(openimisCodes('contract-premium-type'), 'M') }),
    ],
  };
};

const daysOf = ({ start, end }: Policy) => ({ start: dayText(start), end: dayText(end) });

/** A contract for each insurance year of a family, paid and begun. */
export function* contracts(plan: SchemePlan): Generator<Generated> {
  for (const family of families(plan)) {
    const { code, lumpSumCents } = productOf(family);
    for (const [position, policy] of family.policies.entries()) {
      const previous = family.policies[position - 1];
      yield {
        resourceType: 'Contract',
        id: contractId(family, policy),
        status: 'executed',
        issued: dayText(policy.start - PAID_BEFORE),
        subject: [reference('Group', family.id)],
        author: reference('Practitioner', officerId(placesOf(family.village).ward)),
        scope: concept(openimisCodes('contract-scope'), code === 'FORMAL' ? 'formal' : 'informal'),
        ...(previous === undefined ? {} : { supportingInfo: [reference('Contract', contractId(family, previous))] }),
        term: [
          {
            offer: {
              party: [
                {
                  reference: [reference('Patient', family.members[0]!.id)],
                  role: concept(openimisCodes('contract-resource-party-role'), 'beneficiary'),
                },
              ],
            },
            asset: [
              {
                extension: [premium(family, policy)],
                typeReference: family.members.map(({ id }) => reference('Patient', id)),
                period: [daysOf(policy)],
                usePeriod: [daysOf(policy)],
                valuedItem: [{ entityReference: reference('InsurancePlan', code), net: money(lumpSumCents) }],
              },
            ],
          },
        ],
      };
    }
  }
}

/** The cover of each member in each insurance year. */
export function* coverages(plan: SchemePlan): Generator<Generated> {
  for (const family of families(plan)) {
    const { code, name } = productOf(family);
    const holder = reference('Patient', family.members[0]!.id);
    for (const policy of family.policies) {
      for (const [place, { id }] of family.members.entries()) {
        yield {
          resourceType: 'Coverage',
          id: coverageId(family, policy, place),
          extension: [
            {
              url: kiungo('coverage-policy'),
              extension: [
                { url: 'period', valuePeriod: daysOf(policy) },
                { url: 'stage', valueCode: policy.number === 0 ? 'N' : 'R' },
              ],
            },
          ],
          status: 'active',
          policyHolder: holder,
          beneficiary: reference('Patient', id),
          period: daysOf(policy),
          payor: [holder],
          class: [
            {
              type: concept('http://terminology.hl7.org/CodeSystem/coverage-class', 'plan'),
              value: code,
              name,
            },
          ],
          contract: [reference('Contract', contractId(family, policy))],
        };
      }
    }
  }
}
