import type { Contract, ContractTermAsset, Extension, Patient } from 'fhir/r4.js';
import { decimalOf } from '../../fhir/decimal.ts';
import { isAdult } from '../adjudication/claim-days.ts';
import { needed, SetUpMissing } from '../adjudication/set-up-missing.ts';
import { firstDayOf, lastDayOf } from '../coverage-in-force.ts';
import type { Contribution } from '../enrolment/policy-state.ts';
import type { Enrolment, FamilySize } from '../enrolment/premium-plan.ts';
import { targetOf } from '../insured-reference.ts';
import { codeOf, kiungoExtension } from '../kiungo-codes.ts';
import { OPENIMIS } from '../openimis-codes.ts';
import { say } from '../texts/say.ts';
import { readInsuree } from './read-asked-claim.ts';

/** The extension of an asset that tells a contribution. */
export const CONTRIBUTION = `${OPENIMIS}/StructureDefinition/contract-premium`;
const RELATIONSHIP = `${OPENIMIS}/CodeSystem/patient-contact-relationship`;

/** Those whom a family takes along. */
const OTHERS = '7';
const PHOTO_FEE = 'P';

/** What is insured: the people, the product, the days. */
export const assetOf = ({ term = [] }: Contract): ContractTermAsset | undefined =>
  term.flatMap(({ asset = [] }) => asset)[0];

/** The product of a policy, `InsurancePlan/id`. */
export const productOf = (contract: Contract): string | undefined =>
  (assetOf(contract)?.valuedItem ?? [])
    .flatMap(({ entityReference }) => targetOf(entityReference) ?? [])
    .find(target => target.startsWith('InsurancePlan/'));

/** The people of a policy, `Patient/id`, each once. */
export const membersOf = (contract: Contract): string[] => [
  ...new Set((assetOf(contract)?.typeReference ?? []).flatMap(reference => targetOf(reference) ?? [])),
];

/** The policy that this one renews, `Contract/id`. */
export const renewedOf = ({ supportingInfo = [] }: Contract): string | undefined =>
  supportingInfo.flatMap(reference => targetOf(reference) ?? []).find(target => target.startsWith('Contract/'));

/**
 * When a policy was enrolled, and what it renews.
 * @throws {SetUpMissing} where it says that it is renewed but not what, or the one before has no end
 */
export const readEnrolment = (contract: Contract, renewed: Contract | undefined, timeZone: string): Enrolment => {
  const enrolled = needed(
    contract.issued === undefined ? undefined : firstDayOf(contract.issued, timeZone),
    say('needs-enrolment-day'),
  );
  if (renewedOf(contract) === undefined && contract.legalState?.text !== 'Renewed') return { enrolled };
  const before = needed(renewed, say('needs-renewed'));
  const end = needed(assetOf(before)?.period?.[0]?.end, say('needs-renewed-end'));
  return { enrolled, previousExpiry: needed(lastDayOf(end, timeZone), say('needs-renewed-end')) };
};

const isOther = ({ contact = [] }: Patient): boolean =>
  contact.some(({ relationship = [] }) => relationship.some(concept => codeOf(concept, RELATIONSHIP) === OTHERS));

/** Which of the family's kinds a member is on a day. @throws {SetUpMissing} where the birth date does not tell */
const kindOf = (member: Patient, day: string): keyof FamilySize => {
  const adult = isAdult(readInsuree(member), day);
  if (isOther(member)) return adult ? 'otherAdults' : 'otherChildren';
  return adult ? 'adults' : 'children';
};

/** How many of which kind a family has on a day. @throws {SetUpMissing} where a birth date does not tell */
export const countFamily = (members: readonly Patient[], day: string): FamilySize => {
  const family: FamilySize = { adults: 0, children: 0, otherAdults: 0, otherChildren: 0 };
  for (const member of members) family[kindOf(member, day)]++;
  return family;
};

/** The members that found one of the places of their kind on a day, who is named first before others. @throws {SetUpMissing} */
export const membersWithPlace = (members: readonly Patient[], day: string, places: FamilySize): Patient[] => {
  const left = { ...places };
  return members.filter(member => left[kindOf(member, day)]-- > 0);
};

const partOf = ({ extension = [] }: Extension, url: string): Extension | undefined =>
  extension.find(part => part.url === url);

/** What was paid for a policy. @throws {SetUpMissing} for an amount or a day that is missing, or another currency */
export const readContributions = (contract: Contract, currency: string): Contribution[] =>
  (assetOf(contract)?.extension ?? [])
    .filter(({ url }) => url === CONTRIBUTION)
    .map(extension => {
      const amount = partOf(extension, 'amount')?.valueMoney;
      if (amount?.currency !== undefined && amount.currency !== currency) {
        throw new SetUpMissing(say('needs-contribution-currency', { currency }));
      }
      const isPhotoFee = codeOf(partOf(extension, 'category')?.valueCodeableConcept) === PHOTO_FEE;
      return {
        amount: decimalOf(needed(amount?.value, say('needs-contribution-amount'))),
        date: needed(partOf(extension, 'date')?.valueDate, say('needs-contribution-date')),
        ...(isPhotoFee ? { isPhotoFee } : {}),
      };
    });

/** The day on which an officer had the policy begin though it was not paid whole. */
export const enforcedOn = (contract: Contract): string | undefined =>
  (assetOf(contract)?.extension ?? []).find(({ url }) => url === kiungoExtension('policy-enforced'))?.valueDate;
