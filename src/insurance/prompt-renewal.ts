import type { CommunicationRequest, Contract, Coverage, InsurancePlan, Patient } from 'fhir/r4.js';
import { addDays } from '../fhir/calendar.ts';
import type { Resource } from '../fhir/resource.ts';
import { firstDayOf, lastDayOf } from './coverage-in-force.ts';
import { enrolmentOfficer, officerLookups } from './enrolment-officer.ts';
import { familyHead } from './family-head.ts';
import type { ClockRule, InsuranceContext, Lookups } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';
import { KIUNGO } from './kiungo-codes.ts';
import { businessIdentifier, OPENIMIS } from './openimis-codes.ts';
import { assetOf, membersOf, productOf, renewedOf } from './set-up/read-policy.ts';

const SYSTEM = `${KIUNGO}/renewal-prompt`;
const CONVERSION = `${OPENIMIS}/StructureDefinition/insurance-plan-conversion`;

const contractOf = (resource: Resource): Contract => resource as unknown as Contract;

type Looked = Readonly<Record<string, readonly Resource[]>>;

const headOf = (found: Looked): Resource | undefined => {
  const members = (found.members ?? []) as unknown as Patient[];
  const head = members.length === 0 ? undefined : familyHead(members);
  return found.members?.find(({ id }) => `Patient/${id}` === head);
};

const lastDay = (contract: Contract, timeZone: string): string | undefined => {
  const end = assetOf(contract)?.period?.[0]?.end;
  return end === undefined ? undefined : lastDayOf(end, timeZone);
};

/** The product to renew with: the one that the product of the policy is converted to, where it is. */
const nextProduct = (plan: InsurancePlan | undefined): string | undefined =>
  plan?.extension
    ?.filter(({ url }) => url === CONVERSION)
    .flatMap(({ valueReference }) => targetOf(valueReference) ?? [])[0];

const lookups = (resource: Resource, found: Looked): Lookups => {
  const contract = contractOf(resource);
  const members = membersOf(contract);
  const subjects = (contract.subject ?? []).flatMap(reference => targetOf(reference) ?? []);
  if (members.length === 0 || subjects.length === 0) return {};
  const product = productOf(contract);
  const first: Lookups = {
    members: { references: members },
    plan: { references: product === undefined ? [] : [product] },
    prompts: {
      resourceType: 'CommunicationRequest',
      parameters: [['identifier', `${SYSTEM}|Contract/${contract.id}`]],
      isHeld: true,
    },
    renewals: { resourceType: 'Contract', parameters: [['subject', subjects.join(',')]] },
    coverages: { resourceType: 'Coverage', parameters: [['beneficiary', members.join(',')]] },
  };
  const next = nextProduct(found.plan?.[0] as unknown as InsurancePlan | undefined);
  const head = headOf(found);
  return {
    ...first,
    ...(next === undefined ? {} : { next: { references: [next] } }),
    ...(head === undefined ? {} : officerLookups({ ...found, patient: [head] })),
  };
};

/** Whether somebody has seen to it: another contract renews this one, or a member has cover beyond its last day. */
const isFollowed = (contract: Contract, last: string, { found, timeZone }: InsuranceContext): boolean =>
  ((found.renewals ?? []) as unknown as Contract[]).some(other => renewedOf(other) === `Contract/${contract.id}`) ||
  ((found.coverages ?? []) as unknown as Coverage[]).some(
    ({ status, period }) => status !== 'entered-in-error' && (firstDayOf(period?.start ?? '', timeZone) ?? '') > last,
  );

const promptText = (last: string, { plan, next }: Looked): string => {
  const product = (next?.[0] ?? plan?.[0]) as unknown as InsurancePlan | undefined;
  const code = businessIdentifier(product?.identifier)?.value;
  const withProduct = code === undefined ? '' : ` with the product ${code}`;
  return `The policy ends on ${last}. Ask the family to renew it${withProduct}.`;
};

/**
 * Some days before a policy ends, the enrolment officer of the village is asked to see to its renewal, once; the family itself where there
 * is none with a phone. Not where it is renewed already.
 */
export const promptRenewal: ClockRule = {
  code: 'prompt-renewal',
  isDaily: true,
  due: (today, { renewalDays }) => ({
    resourceType: 'Contract',
    parameters: [
      ['status', 'executed'],
      ['policy-period', `ge${today}`],
      ['policy-period', `eb${addDays(today, renewalDays + 1)}`],
    ],
    exact: true,
  }),
  lookups,
  effects: (exact, context) => {
    const contract = contractOf(exact);
    const { found, today, timeZone, renewalDays } = context;
    const [head, last] = [headOf(found), lastDay(contract, timeZone)];
    if (head === undefined || last === undefined || found.prompts?.length !== 0 || renewalDays === 0) return [];
    if (last < today || last > addDays(today, renewalDays) || isFollowed(contract, last, context)) return [];
    const holder = `Patient/${head.id}`;
    const request: CommunicationRequest = {
      resourceType: 'CommunicationRequest',
      identifier: [{ system: SYSTEM, value: `Contract/${contract.id}` }],
      status: 'active',
      category: [{ coding: [{ system: `${KIUNGO}/CodeSystem/renewal`, code: 'renewal' }] }],
      subject: { reference: holder },
      about: [{ reference: `Contract/${contract.id}` }],
      payload: [{ contentString: promptText(last, found) }],
      occurrencePeriod: { start: today, end: last },
      authoredOn: today,
      recipient: [{ reference: enrolmentOfficer(`Contract/${contract.id}`, context) ?? holder }],
    };
    return [request as unknown as Resource];
  },
};
