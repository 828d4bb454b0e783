import type { Contract, ContractTermAsset, Coverage, Patient } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import { type BegunPolicy, executedContract, memberCoverage } from './begun-policy.ts';
import type { PolicyAccount } from './contract-premium.ts';
import { lastDayOf } from './coverage-in-force.ts';
import { refusal } from './insurance-refusals.ts';
import { hasNewcomers, lateAssets, membersIn } from './late-members.ts';
import { say } from './texts/say.ts';

/** The refusal of more people than the product has places for, where somebody joins late. */
export const judgeNewcomers = (contract: Contract, whole: PolicyAccount): Issue[] => {
  const placed = new Set(whole.members.map(({ id }) => `Patient/${id}`));
  const isFull = lateAssets(contract).some(asset => membersIn(asset).some(member => !placed.has(member)));
  return isFull ? [refusal('contract-full', 'Contract.term', say('contract-full'))] : [];
};

/** Since when a newcomer has cover: from the day on which all was paid, not before he joined. */
const coveredFrom = ({ period = [] }: ContractTermAsset, { state }: PolicyAccount, timeZone: string): string => {
  const joined = period[0]?.start === undefined ? undefined : lastDayOf(period[0].start, timeZone);
  return joined !== undefined && joined > state.effective! ? joined : state.effective!;
};

/**
 * The contract with those who joined late under cover, and their cover, once the premium of all is paid; undefined before that. `whole` is
 * the account of `withLateMembers`, `policy` what has begun without them, `covered` who has cover of it already.
 */
export const coverNewcomers = (
  contract: Contract,
  {
    policy,
    whole,
    covered,
    timeZone,
  }: { policy: BegunPolicy; whole: PolicyAccount; covered: ReadonlySet<string>; timeZone: string },
  { contract: reference, holder }: { contract: string; holder: string },
): { contract: Contract; coverages: Coverage[] } | undefined => {
  const end = policy.account.policy.expiry;
  if (whole.state.effective === undefined || whole.state.effective > end || !hasNewcomers(contract)) return undefined;
  const people = new Map<string, Patient>(whole.members.map(member => [`Patient/${member.id}`, member]));
  const coverages: Coverage[] = [];
  const begin = (asset: ContractTermAsset): ContractTermAsset => {
    if (membersIn(asset).length === 0 || (asset.usePeriod ?? []).length > 0) return asset;
    const usePeriod = { start: coveredFrom(asset, whole, timeZone), end };
    for (const name of membersIn(asset)) {
      const member = people.get(name);
      if (member === undefined || covered.has(name)) continue;
      coverages.push(memberCoverage(member, { ...policy, usePeriod }, { contract: reference, holder }));
    }
    return { ...asset, usePeriod: [usePeriod] };
  };
  const priced = executedContract(contract, { ...policy, account: { ...policy.account, premium: whole.premium } });
  let isFirst = true;
  const term = priced.term!.map(each => ({
    ...each,
    ...(each.asset === undefined
      ? {}
      : {
          asset: each.asset.map(asset => {
            const own = isFirst ? asset : begin(asset);
            isFirst = false;
            return own;
          }),
        }),
  }));
  return { contract: { ...priced, term }, coverages };
};
