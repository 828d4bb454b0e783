import type { Contract, Coverage } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { SetUpMissing } from './adjudication/set-up-missing.ts';
import { policyAccount, premiumLookups } from './contract-premium.ts';
import type { PolicyStatus } from './enrolment/policy-state.ts';
import type { ClockRule, InsuranceContext, Lookups } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';
import { toldStatus, withoutStatus, withStatus } from './policy-status.ts';
import { membersOf } from './set-up/read-policy.ts';

type Clocked = InsuranceContext & { today: string };

const statusOn = (contract: Contract, context: Clocked): PolicyStatus | undefined => {
  try {
    return policyAccount(contract, context).state.status;
  } catch (error) {
    if (error instanceof SetUpMissing) return undefined;
    throw error;
  }
};

const asTold = (contract: Contract, status: PolicyStatus): Contract =>
  status === 'suspended' || (status === 'expired' && contract.status === 'executed')
    ? withStatus(contract, status)
    : withoutStatus(contract);

/** Cover follows its policy into suspension, and out of it again if it followed it there. */
const followed = (coverage: Coverage, contract: Contract, status: PolicyStatus): Coverage[] => {
  const told = toldStatus(coverage) ?? 'active';
  if (status === 'suspended' && coverage.status === 'active' && told === 'active') {
    return [{ ...withStatus(coverage, 'suspended'), status: 'cancelled' }];
  }
  const isResumed = status === 'active' && toldStatus(contract) === 'suspended' && told === 'suspended';
  return isResumed ? [{ ...withoutStatus(coverage), status: 'active' }] : [];
};

const lookups = (resource: Resource): Lookups => {
  const members = membersOf(resource as unknown as Contract);
  if (members.length === 0) return {};
  const coverages = { resourceType: 'Coverage', parameters: [['beneficiary', members.join(',')]] as const };
  return { ...premiumLookups(resource), coverages: { ...coverages, exact: true } };
};

const effects = (exact: Resource, context: Clocked): Resource[] => {
  const contract = exact as unknown as Contract;
  const status = statusOn(JSON.parse(JSON.stringify(exact)) as Contract, context);
  if (status === undefined) return [];
  const told = asTold(contract, status);
  if (toldStatus(told) === toldStatus(contract)) return [];
  const own = ((context.found.coverages ?? []) as unknown as Coverage[]).filter(coverage =>
    coverage.contract?.some(reference => targetOf(reference, context.baseUrl) === `Contract/${contract.id}`),
  );
  return [told, ...own.flatMap(coverage => followed(coverage, contract, status))] as unknown as Resource[];
};

const contracts = (...parameters: [name: string, value: string][]) => ({
  resourceType: 'Contract',
  parameters,
  exact: true as const,
});

/** A policy that was not paid whole by its last day of payment is suspended, and its cover with it. */
export const suspendUnpaid: ClockRule = {
  code: 'suspend-unpaid',
  isDaily: true,
  due: () => contracts(['status', 'offered'], ['policy-status:missing', 'true']),
  lookups,
  effects,
};

/** So is one that an officer enforced. */
export const suspendEnforced: ClockRule = {
  code: 'suspend-enforced',
  isDaily: true,
  due: () => contracts(['status', 'executed'], ['enforced:missing', 'false'], ['policy-status:missing', 'true']),
  lookups,
  effects,
};

/** What was suspended and is paid by now is active again. */
export const resumePaid: ClockRule = {
  code: 'resume-paid',
  due: () => contracts(['policy-status', 'suspended']),
  lookups,
  effects,
};
