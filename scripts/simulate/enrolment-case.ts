import type { Parameters, ParametersParameter } from 'fhir/r4.js';
import { decimalOf, formatDecimal } from '../../src/fhir/decimal.ts';
import type { MoneyText } from './case.ts';
import { namingOf, type Scheme } from './claim-case.ts';
import {
  type CaseFamily,
  type CasePremiumProduct,
  contractResource,
  contributionOf,
  enforcedOn,
  familyResources,
  productResource,
} from './enrolment-resources.ts';

/** What happens to a policy. */
export type EnrolmentStep =
  | { do: 'enrol'; enrolled?: string; expect?: object }
  | { do: 'pay'; amount: MoneyText; date: string; photoFee?: boolean; enforce?: boolean; expect?: object }
  | { do: 'clock'; today: string; expect?: object };

/** A product, a family, and the steps of its policy. */
export interface EnrolmentCase {
  id: string;
  kind: 'enrolment';
  currency?: string;
  minorUnits?: number;
  setup: {
    product: CasePremiumProduct;
    family: CaseFamily;
    stage?: 'N' | 'R';
    enrolled: string;
    /** Of the policy that is renewed. */
    previousExpiry?: string;
  };
  steps: EnrolmentStep[];
}

const AMOUNTS = ['contribution', 'assembly', 'registration', 'gross', 'discount', 'value', 'balance'];
const DAYS = ['start', 'expiry', 'effective'];

/** What the server says of the policy, in the words of the case. */
const resultOf = ({ parameter = [] }: Parameters, minorUnits: number): object => {
  const named = (name: string): ParametersParameter | undefined => parameter.find(each => each.name === name);
  const amounts = AMOUNTS.map(name => [
    name,
    formatDecimal(decimalOf(named(name)?.valueMoney?.value ?? 0), minorUnits),
  ]);
  const days = DAYS.flatMap(name => {
    const day = named(name)?.valueDate;
    return day === undefined ? [] : [[name, day]];
  });
  const ofChildren = parameter.find(({ part = [] }) => part[0]?.valueCode === 'premium-child');
  return {
    counted: named('counted')?.valueInteger,
    extraChildren: ofChildren?.part?.[1]?.valueInteger ?? 0,
    ...Object.fromEntries([...amounts, ...days]),
    status: named('status')?.valueCode,
  };
};

/**
 * Tries a product on a family: it is enrolled by a Contract, contributions are added to that, and after each step the server is
 * asked by `$premium` what is due and how the policy stands on the day of the step.
 */
export const runEnrolmentCase = async (
  scheme: Scheme,
  { setup, steps, currency = 'USD', minorUnits = 2 }: EnrolmentCase,
  number: number,
): Promise<{ steps: object[] }> => {
  const naming = namingOf(number, currency);
  const isRenewal = setup.stage === 'R';
  if (isRenewal && setup.previousExpiry === undefined) {
    throw new Error('setup.previousExpiry: a renewal needs the last day of the policy before');
  }
  await scheme.put(productResource(setup.product, naming));
  const family = familyResources(setup.family, setup.enrolled, naming);
  for (const resource of family) await scheme.put(resource);
  const members = family.filter(({ resourceType }) => resourceType === 'Patient').map(({ id }) => id);
  if (isRenewal) {
    const before = { issued: setup.enrolled, members, end: setup.previousExpiry! };
    await scheme.put(contractResource('before', before, naming));
  }
  const results: object[] = [];
  let [enrolled, extension]: [string, object[]] = [setup.enrolled, []];
  for (const [index, step] of steps.entries()) {
    let today: string;
    if (step.do === 'enrol') {
      [enrolled, extension] = [step.enrolled ?? setup.enrolled, []];
      today = enrolled;
    } else if (step.do === 'pay') {
      extension.push(contributionOf(step, naming, index), ...(step.enforce ? [enforcedOn(step.date)] : []));
      today = step.date;
    } else if (step.do === 'clock') {
      ({ today } = step);
    } else {
      throw new Error(`steps[${index}].do: write enrol, pay or clock`);
    }
    const renews = isRenewal ? { renews: 'before' } : {};
    await scheme.put(contractResource('policy', { issued: enrolled, members, extension, ...renews }, naming));
    const id = naming.id('contract', 'policy');
    const answer = await scheme.askOne('Contract', id, 'premium', [['today', today]]);
    results.push({ do: step.do, ...resultOf(answer as unknown as Parameters, minorUnits) });
  }
  return { steps: results };
};
