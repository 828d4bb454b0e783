import type { Extension } from 'fhir/r4.js';
import type { PolicyStatus } from './enrolment/policy-state.ts';
import { codeOf, KIUNGO } from './kiungo-codes.ts';
import { OPENIMIS } from './openimis-codes.ts';

/** The extension that tells the state of a policy, of a Contract or a Coverage. */
export const POLICY_STATUS = `${OPENIMIS}/StructureDefinition/coverage-policy-status`;

const SYSTEM = `${KIUNGO}/CodeSystem/coverage-policy-status`;

interface Extended {
  extension?: Extension[] | undefined;
}

/** The state that a policy is told to be in; undefined where nothing is told. */
export const toldStatus = ({ extension = [] }: Extended): string | undefined =>
  codeOf(extension.find(({ url }) => url === POLICY_STATUS)?.valueCodeableConcept);

/** The same without the state that is told. */
export const withoutStatus = <Policy extends Extended>(policy: Policy): Policy => {
  const { extension = [], ...rest } = policy;
  const others = extension.filter(({ url }) => url !== POLICY_STATUS);
  return (others.length === 0 ? rest : { ...policy, extension: others }) as Policy;
};

/** The same, told to be in that state. */
export const withStatus = <Policy extends Extended>(policy: Policy, status: PolicyStatus): Policy => {
  const others = (policy.extension ?? []).filter(({ url }) => url !== POLICY_STATUS);
  const told: Extension = { url: POLICY_STATUS, valueCodeableConcept: { coding: [{ system: SYSTEM, code: status }] } };
  return { ...policy, extension: [...others, told] };
};
