import type { Claim, CoverageEligibilityRequest, Patient, Reference } from 'fhir/r4.js';
import { replacedBy } from '../matching/merged-records.ts';
import { judgingLookups } from './claim-lookups.ts';
import type { Found, Lookups, Scheme } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';

const escaped = (value: string): string => value.replaceAll(/[\\,|$]/g, '\\$&');

/**
 * Patients with the number that a question names in place of a reference, but none that was merged into another one; undefined where it names
 * no number.
 */
export const numberedPatients = (
  { patient }: CoverageEligibilityRequest,
  found: Found,
): readonly Patient[] | undefined =>
  patient.reference === undefined && patient.identifier?.value !== undefined
    ? ((found.numbered ?? []) as unknown as Patient[]).filter(each => replacedBy(each) === undefined)
    : undefined;

/** The patient that a question is about, as a reference: named so, or the one with the insuree number. */
export const askedPatient = (request: CoverageEligibilityRequest, found: Found): Reference => {
  const numbered = numberedPatients(request, found);
  return numbered?.length === 1 ? { reference: `Patient/${numbered[0]!.id}` } : request.patient;
};

/** The question as the rules for claims see it: lines without quantity and price. */
export const questionAsClaim = (request: CoverageEligibilityRequest, found: Found): Claim => ({
  resourceType: 'Claim',
  status: 'active',
  type: { coding: [] },
  use: 'claim',
  patient: askedPatient(request, found),
  created: request.created,
  provider: request.provider ?? request.facility ?? {},
  priority: {},
  insurance: [],
  item: (request.item ?? []).map(({ extension, category, productOrService }, index) => ({
    ...(extension === undefined ? {} : { extension }),
    sequence: index + 1,
    ...(category === undefined ? {} : { category }),
    productOrService: productOrService ?? {},
  })),
});

/** Whether more is asked than if there is cover. */
export const asksForBenefits = ({ purpose, item }: CoverageEligibilityRequest): boolean =>
  purpose.includes('benefits') || item !== undefined;

/** What a question about cover is answered by: the patient's coverages and, where benefits are asked for, what they depend on. */
export const eligibilityLookups = (request: CoverageEligibilityRequest, found: Found, scheme: Scheme): Lookups => {
  const { identifier } = request.patient;
  if (numberedPatients(request, found) !== undefined && found.numbered === undefined) {
    const number = `${identifier?.system === undefined ? '' : `${escaped(identifier.system)}|`}${escaped(identifier!.value!)}`;
    return { numbered: { resourceType: 'Patient', parameters: [['identifier', number]] } };
  }
  const patient = targetOf(askedPatient(request, found));
  if (patient === undefined) return {};
  if (!asksForBenefits(request))
    return { coverages: { resourceType: 'Coverage', parameters: [['beneficiary', patient]] } };
  const { others, ...lookups } = judgingLookups(questionAsClaim(request, found), found, scheme);
  if (others === undefined) return lookups;
  // An answer promises nothing: it need not wait for claims that come meanwhile.
  return { ...lookups, others: 'resourceType' in others ? { ...others, isHeld: false } : others };
};
