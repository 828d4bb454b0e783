import type { Contract, Coverage } from 'fhir/r4.js';
import { dayOf } from '../fhir/datetime.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { sameJson } from '../fhir/same-content.ts';
import { SetUpMissing } from './adjudication/set-up-missing.ts';
import { type BegunPolicy, begunPolicy, executedContract, memberCoverage } from './begun-policy.ts';
import { type PolicyAccount, policyAccount, premiumLookups } from './contract-premium.ts';
import { coverNewcomers, judgeNewcomers } from './cover-newcomers.ts';
import { familyHead } from './family-head.ts';
import { refusal } from './insurance-refusals.ts';
import type { Found, InsuranceContext, InsuranceRule, Lookups } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';
import { judgeInstalments, judgeReceipts, receiptIdentities } from './judge-contributions.ts';
import { hasNewcomers, withLateMembers } from './late-members.ts';
import { toldStatus, withoutStatus, withStatus } from './policy-status.ts';
import { assetOf, membersOf, productOf } from './set-up/read-policy.ts';
import { say } from './texts/say.ts';

const contractOf = (resource: Resource): Contract => resource as unknown as Contract;

/** Only what is offered waits to begin; what somebody else executed stays as it was sent. */
const isOffered = (contract: Contract): boolean =>
  contract.status === 'offered' && productOf(contract) !== undefined && membersOf(contract).length > 0;

const isExecutedNow = (contract: Contract, previous: Resource | undefined): boolean =>
  contract.status === 'executed' && previous !== undefined && isOffered(contractOf(previous));

const lookups = (resource: Resource, _found: Found, { previous }: { previous?: Resource | undefined }): Lookups => {
  const contract = contractOf(resource);
  if (isExecutedNow(contract, previous)) return premiumLookups(resource);
  if (!isOffered(contract)) return {};
  const parameters = [['beneficiary', membersOf(withLateMembers(contract)).join(',')]] as const;
  return {
    ...premiumLookups(resource),
    coverages: { resourceType: 'Coverage', parameters, isHeld: true, exact: true },
  };
};

/** The account of a policy as it is today; what is missing for that is told by `$premium`. */
const accountOf = (contract: Contract, context: InsuranceContext): PolicyAccount | undefined => {
  try {
    const today = dayOf(context.now, context.timeZone);
    return policyAccount(contract, { ...context, today });
  } catch (error) {
    if (error instanceof SetUpMissing) return undefined;
    throw error;
  }
};

/** The policy of an offered contract where it begins. */
const begun = (resource: Resource, context: InsuranceContext): BegunPolicy | undefined => {
  const contract = contractOf(resource);
  const account = isOffered(contract) ? accountOf(contract, context) : undefined;
  return account && begunPolicy(account);
};

/** What others rely on once a policy has begun: its days, who is covered, and by what. */
const termsOf = (contract: Contract): unknown => {
  const { period, usePeriod } = assetOf(contract) ?? {};
  return [period, usePeriod, membersOf(contract).toSorted(), productOf(contract)];
};

const judgeBegun = (resource: Resource, context: InsuranceContext): Issue[] => {
  const { previous } = context;
  if (previous?.status !== 'executed' || resource.status !== 'offered') return [];
  const policy = begun(resource, context);
  const terms = policy && termsOf(executedContract(contractOf(resource), policy));
  if (terms !== undefined && sameJson(terms, termsOf(contractOf(previous)))) return [];
  return [refusal('contract-begun', 'Contract.status', say('contract-begun'))];
};

/** The account of a policy with those who join it late, where somebody does. */
const wholeAccount = (contract: Contract, context: InsuranceContext): PolicyAccount | undefined =>
  hasNewcomers(contract) ? accountOf(withLateMembers(contract), context) : undefined;

const judgeLate = (contract: Contract, context: InsuranceContext): Issue[] => {
  const whole = isOffered(contract) ? wholeAccount(contract, context) : undefined;
  return whole === undefined ? [] : judgeNewcomers(contract, whole);
};

/** A policy that waits here to be paid is not executed by saying so. */
const judgeExecution = (
  contract: Contract,
  account: PolicyAccount | undefined,
  previous: Resource | undefined,
): Issue[] =>
  isExecutedNow(contract, previous) && account !== undefined && account.state.effective === undefined
    ? [refusal('contract-unpaid', 'Contract.status', say('contract-unpaid'))]
    : [];

const judge = (resource: Resource, context: InsuranceContext): Issue[] => {
  const contract = contractOf(resource);
  const isLookedUp = isOffered(contract) || isExecutedNow(contract, context.previous);
  const account = isLookedUp ? accountOf(contract, context) : undefined;
  return [
    ...judgeReceipts(contract),
    ...(account === undefined ? [] : judgeInstalments(contract, account)),
    ...judgeLate(contract, context),
    ...judgeExecution(contract, account, context.previous),
    ...judgeBegun(resource, context),
  ];
};

/** What becomes of a policy that was suspended: its cover is in force again once it is paid. */
const resumed = (coverages: readonly Coverage[], policy: BegunPolicy, previous: Resource | undefined): Coverage[] =>
  toldStatus(contractOf(previous ?? { resourceType: 'Contract' })) === 'suspended' &&
  policy.account.state.status !== 'suspended'
    ? coverages
        .filter(coverage => toldStatus(coverage) === 'suspended')
        .map(coverage => ({ ...withoutStatus(coverage), status: 'active' as const }))
    : [];

/** The contract executed, and cover for each member who has none of it yet, or whose cover was suspended. */
const effects = (exact: Resource, context: InsuranceContext): Resource[] => {
  const policy = begun(exact, context);
  if (policy === undefined) return [];
  const { found, id, baseUrl } = context;
  const contract = `Contract/${id}`;
  const { members } = policy.account;
  const own = ((found.coverages ?? []) as unknown as Coverage[]).filter(coverage =>
    coverage.contract?.some(reference => targetOf(reference, baseUrl) === contract),
  );
  const covered = new Set(own.flatMap(({ beneficiary }) => targetOf(beneficiary, baseUrl) ?? []));
  const holder = familyHead(members);
  const coverages = members
    .filter(member => !covered.has(`Patient/${member.id}`))
    .map(member => memberCoverage(member, policy, { contract, holder }));
  const executed = executedContract(contractOf(exact), policy);
  const whole = wholeAccount(executed, context);
  const late =
    whole && coverNewcomers(executed, { policy, whole, covered, timeZone: context.timeZone }, { contract, holder });
  const now = late?.contract ?? executed;
  const told = policy.account.state.status === 'suspended' && own.length > 0 ? withStatus(now, 'suspended') : now;
  return [
    { ...told, id },
    ...coverages,
    ...(late?.coverages ?? []),
    ...resumed(own, policy, context.previous),
  ] as unknown as Resource[];
};

/**
 * A policy of a family. Offered, it waits until it is paid whole or an officer enforces it; then it is executed, and each member who has
 * a place gets cover, all in the same unit. https://hl7.org/fhir/R4/contract.html
 */
export const contractRule: InsuranceRule = {
  identities: resource => receiptIdentities(contractOf(resource)),
  lookups,
  judge,
  effects,
};
