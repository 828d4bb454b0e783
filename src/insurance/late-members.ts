import type { Contract, ContractTermAsset } from 'fhir/r4.js';
import { targetOf } from './insured-reference.ts';
import { kiungoExtension } from './kiungo-codes.ts';
import { CONTRIBUTION } from './set-up/read-policy.ts';

const ENFORCED = kiungoExtension('policy-enforced');

const assetsOf = ({ term = [] }: Contract): ContractTermAsset[] => term.flatMap(({ asset = [] }) => asset);

/** The people of one asset, `Patient/id`. */
export const membersIn = ({ typeReference = [] }: ContractTermAsset): string[] =>
  typeReference.flatMap(reference => targetOf(reference) ?? []);

/** The people who joined a policy after it began: those of its further assets. */
export const lateAssets = (contract: Contract): ContractTermAsset[] =>
  assetsOf(contract)
    .slice(1)
    .filter(asset => membersIn(asset).length > 0);

/** Whether somebody has joined the policy and has no cover of it yet. */
export const hasNewcomers = (contract: Contract): boolean =>
  lateAssets(contract).some(({ usePeriod = [] }) => usePeriod.length === 0);

/**
 * The contract as if all of its people had joined at once, and all that was paid had been paid for all of them: what it costs with those
 * who came later. The same where nobody did.
 */
export const withLateMembers = (contract: Contract): Contract => {
  const late = lateAssets(contract);
  if (late.length === 0) return contract;
  const [first] = assetsOf(contract);
  const paid = (first?.extension ?? []).filter(({ url }) => url === CONTRIBUTION);
  const further = late.flatMap(({ extension = [] }) => extension);
  const enforced = further.filter(({ url }) => url === ENFORCED);
  const extension = [...paid, ...further.filter(({ url }) => url === CONTRIBUTION), ...enforced];
  const typeReference = [...(first?.typeReference ?? []), ...late.flatMap(each => each.typeReference ?? [])];
  const { extension: _extension, ...asset } = first ?? {};
  const whole = { ...asset, typeReference, ...(extension.length === 0 ? {} : { extension }) };
  return { ...contract, term: [{ ...contract.term![0]!, asset: [whole] }] };
};
