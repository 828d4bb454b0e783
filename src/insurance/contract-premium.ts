import type { Contract, InsurancePlan, ParametersParameter, Patient } from 'fhir/r4.js';
import { minorUnits } from '../fhir/currency.ts';
import { dayOf } from '../fhir/datetime.ts';
import { type Decimal, formatDecimal } from '../fhir/decimal.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { needed, SetUpMissing } from './adjudication/set-up-missing.ts';
import { money } from './claim-amounts.ts';
import { lastPaymentDay, policyExpiry, policyStart } from './enrolment/policy-days.ts';
import { type Policy, type PolicyState, stateByClock, surplusInstalment } from './enrolment/policy-state.ts';
import { type Premium, type PremiumPart, premiumOf } from './enrolment/premium.ts';
import type { Enrolment } from './enrolment/premium-plan.ts';
import { refusal } from './insurance-refusals.ts';
import type { Found, Lookups, Scheme } from './insurance-rule.ts';
import { withLateMembers } from './late-members.ts';
import {
  countFamily,
  enforcedOn,
  membersOf,
  membersWithPlace,
  productOf,
  readContributions,
  readEnrolment,
  renewedOf,
} from './set-up/read-policy.ts';
import { premiumCurrency, readPremiumPlan } from './set-up/read-premium-plan.ts';
import { say } from './texts/say.ts';

const contractOf = (resource: Resource): Contract => resource as unknown as Contract;

const references = (targets: readonly (string | undefined)[]) => ({
  references: targets.filter(target => target !== undefined),
});

/** What the premium of a contract rests on: its product, its people, and the policy that it renews. */
export const premiumLookups = (resource: Resource): Lookups => {
  const contract = withLateMembers(contractOf(resource));
  return {
    product: references([productOf(contract)]),
    members: references(membersOf(contract)),
    renewed: references([renewedOf(contract)]),
  };
};

const PARTS: Readonly<Record<PremiumPart, string>> = {
  'lump-sum': 'lump sum of the family',
  'premium-adult': 'premium of an adult',
  'premium-child': 'premium of a child',
  'premium-other-child': 'premium of a child who is not kin',
  'premium-other-adult': 'premium of an adult who is not kin',
  'assembly-lump-sum': 'fee of the general assembly, of the family',
  'assembly-fee': 'fee of the general assembly, of each member',
  'registration-lump-sum': 'fee of registration, of the family',
  'registration-fee': 'fee of registration, of each member',
  discount: 'discount for enrolling early',
};

/** What a premium is made of, what was paid, and how that leaves the policy. */
export interface PolicyAccount {
  product: string;
  plan: InsurancePlan;
  enrolment: Enrolment;
  /** Those who found a place. */
  members: readonly Patient[];
  currency: string;
  premium: Premium;
  policy: Policy;
  state: PolicyState;
}

type Asked = Scheme & { found: Found; today: string };

/** The account of a contract, of what `premiumLookups` found. @throws {SetUpMissing} where it rests on what is not there */
export const policyAccount = (
  contract: Contract,
  { found, today, timeZone, currency: ofScheme }: Asked,
): PolicyAccount => {
  const product = needed(productOf(contract), say('needs-product-reference'));
  const resource = needed(found.product?.[0] as InsurancePlan | undefined, say('needs-product'));
  const names = new Set(membersOf(contract));
  const members = ((found.members ?? []) as unknown as Patient[]).filter(({ id }) => names.has(`Patient/${id}`));
  if (members.length === 0 || members.length < membersOf(contract).length) {
    throw new SetUpMissing(say('needs-members'));
  }
  const plan = readPremiumPlan(resource);
  const currency = premiumCurrency(resource) ?? ofScheme;
  const enrolment = readEnrolment(contract, found.renewed?.[0] as unknown as Contract | undefined, timeZone);
  const family = countFamily(members, enrolment.enrolled);
  const premium = premiumOf(plan, { family, enrolment, minorUnits: minorUnits(currency) });
  const start = policyStart(plan, enrolment);
  const lastDay = lastPaymentDay(plan, enrolment);
  const enforced = enforcedOn(contract);
  const policy: Policy = {
    value: premium.value,
    start,
    expiry: policyExpiry(plan, start),
    contributions: readContributions(contract, currency),
    ...(lastDay === undefined ? {} : { lastPaymentDay: lastDay }),
    ...(enforced === undefined ? {} : { enforced }),
    ...(plan.maxInstalments === undefined ? {} : { maxInstalments: plan.maxInstalments }),
  };
  return {
    product,
    plan: resource,
    enrolment,
    members: membersWithPlace(members, enrolment.enrolled, premium.counted),
    currency,
    premium,
    policy,
    state: stateByClock(policy, today),
  };
};

const notesOf = ({ policy, state, currency }: PolicyAccount): string[] => {
  const { unscaled } = state.balance;
  const amount = (value: Decimal) => `${formatDecimal(value, minorUnits(currency))} ${currency}`;
  const surplus = surplusInstalment(policy);
  return [
    ...(unscaled < 0n
      ? [`${amount({ ...state.balance, unscaled: -unscaled })} more was paid than is due; it stays as credit.`]
      : []),
    ...(state.status === 'suspended' ? [`The last day of payment, ${policy.lastPaymentDay}, has passed.`] : []),
    ...(surplus < 0
      ? []
      : [`Contribution ${surplus + 1} is one more than the ${policy.maxInstalments} that the product allows.`]),
  ];
};

const parametersOf = (account: PolicyAccount): ParametersParameter[] => {
  const { product, currency, premium, policy, state } = account;
  const amount = (name: string, value: Decimal): ParametersParameter => ({ name, valueMoney: money(value, currency) });
  const day = (name: string, value: string | undefined): ParametersParameter[] =>
    value === undefined ? [] : [{ name, valueDate: value }];
  const lines = premium.lines.map(({ part, quantity, price, amount: due }) => ({
    name: 'line',
    part: [
      { name: 'part', valueCode: part },
      { name: 'quantity', valueInteger: quantity },
      amount('price', price),
      amount('amount', due),
      { name: 'text', valueString: PARTS[part] },
    ],
  }));
  const { adults, children, otherAdults, otherChildren } = premium.counted;
  return [
    { name: 'product', valueReference: { reference: product } },
    { name: 'counted', valueInteger: adults + children + otherAdults + otherChildren },
    ...lines,
    amount('contribution', premium.contribution),
    amount('assembly', premium.assembly),
    amount('registration', premium.registration),
    amount('gross', premium.gross),
    amount('discount', premium.discount),
    amount('value', premium.value),
    amount('paid', state.paid),
    amount('balance', state.balance),
    ...day('start', policy.start),
    ...day('expiry', policy.expiry),
    ...day('lastPaymentDay', policy.lastPaymentDay),
    { name: 'status', valueCode: state.status },
    ...day('effective', state.effective),
    ...notesOf(account).map(text => ({ name: 'note', valueString: text })),
  ];
};

/**
 * What is due for a contract and why, line by line, what was paid, and how that leaves the policy on a day (`YYYY-MM-DD`; without one,
 * today in the scheme's time zone). Nothing is stored. Refusals (422) where something is missing that the premium rests on.
 */
export const contractPremium = (
  resource: Resource,
  { now, today, ...asked }: Scheme & { found: Found; now: number; today?: string },
): { parameters: readonly ParametersParameter[] } | { issues: readonly Issue[] } => {
  try {
    const on = today ?? dayOf(now, asked.timeZone);
    const contract = contractOf(resource);
    const account = policyAccount(contract, { ...asked, today: on });
    const together = withLateMembers(contract);
    if (together === contract) return { parameters: parametersOf(account) };
    // What is due is due for all; how the policy stands does not wait for those who come late.
    const whole = policyAccount(together, { ...asked, today: on });
    const { paid, balance } = whole.state;
    return { parameters: parametersOf({ ...whole, state: { ...account.state, paid, balance } }) };
  } catch (error) {
    if (!(error instanceof SetUpMissing)) throw error;
    const text = say('premium-set-up-missing', { what: error.what });
    return { issues: [refusal('premium-set-up-missing', 'Contract', text)] };
  }
};
