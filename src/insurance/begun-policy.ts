import type { Contract, ContractTerm, Coverage, Patient, Period } from 'fhir/r4.js';
import { money } from './claim-amounts.ts';
import type { PolicyAccount } from './contract-premium.ts';
import { targetOf } from './insured-reference.ts';
import { kiungoExtension } from './kiungo-codes.ts';
import { businessIdentifier } from './openimis-codes.ts';
import { withoutStatus } from './policy-status.ts';

/** A policy that has begun: its first and last day, and from when on claims are paid. */
export interface BegunPolicy {
  account: PolicyAccount;
  period: Period;
  usePeriod: Period;
  /** What the product is called in `Coverage.class`. */
  code: string;
}

/** The policy as it begins by what was paid; undefined where it does not, or not before its end, or the product has no code. */
export const begunPolicy = (account: PolicyAccount): BegunPolicy | undefined => {
  const { start, expiry } = account.policy;
  const { effective } = account.state;
  const code = businessIdentifier(account.plan.identifier)?.value;
  if (effective === undefined || effective > expiry || code === undefined) return undefined;
  return { account, code, period: { start, end: expiry }, usePeriod: { start: effective, end: expiry } };
};

/** The contract as it is executed: with the days of the policy, and what it costs as the net of its product. */
export const executedContract = (contract: Contract, { account, period, usePeriod }: BegunPolicy): Contract => {
  const [first, ...others] = contract.term ?? [];
  const [asset, ...furtherAssets] = first?.asset ?? [];
  const { premium, currency, product } = account;
  const valued = asset?.valuedItem?.map(item =>
    targetOf(item.entityReference) === product ? { ...item, net: money(premium.value, currency) } : item,
  );
  const insured = {
    ...asset,
    period: [period],
    usePeriod: [usePeriod],
    ...(valued === undefined ? {} : { valuedItem: valued }),
  };
  const term = { ...first, asset: [insured, ...furtherAssets] } as ContractTerm;
  return { ...withoutStatus(contract), status: 'executed', term: [term, ...others] };
};

/** The cover of one member under a policy that has begun. `contract` and `holder` are references. */
export const memberCoverage = (
  member: Patient,
  { account, period, usePeriod, code }: BegunPolicy,
  { contract, holder }: { contract: string; holder: string },
): Coverage => ({
  resourceType: 'Coverage',
  extension: [
    {
      url: kiungoExtension('coverage-policy'),
      extension: [
        { url: 'period', valuePeriod: period },
        { url: 'stage', valueCode: account.enrolment.previousExpiry === undefined ? 'N' : 'R' },
      ],
    },
  ],
  status: 'active',
  policyHolder: { reference: holder },
  beneficiary: { reference: `Patient/${member.id}` },
  period: usePeriod,
  payor: [{ reference: holder }],
  class: [
    {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-class', code: 'plan' }] },
      value: code,
      ...(account.plan.name === undefined ? {} : { name: account.plan.name }),
    },
  ],
  contract: [{ reference: contract }],
});
