import type { CoverageEligibilityRequest } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { coverageEligibilityResponse } from './coverage-eligibility-response.ts';
import type { InsuranceRule } from './insurance-rule.ts';
import { requireReferences, targetOf } from './insured-reference.ts';

const requestOf = (resource: Resource): CoverageEligibilityRequest => resource as unknown as CoverageEligibilityRequest;

/** Asks whether a patient is covered. https://hl7.org/fhir/R4/coverageeligibilityrequest.html */
export const coverageEligibilityRequestRule: InsuranceRule = {
  lookups: resource => {
    const patient = targetOf(requestOf(resource).patient);
    return patient === undefined
      ? {}
      : { coverages: { resourceType: 'Coverage', parameters: [['beneficiary', patient]] } };
  },
  judge: (resource, { baseUrl }) => {
    const { patient, insurance = [] } = requestOf(resource);
    return requireReferences('eligibility-reference-required', baseUrl, [
      { expression: 'CoverageEligibilityRequest.patient', reference: patient, types: 'Patient/<id>' },
      ...insurance.map(({ coverage }, index) => ({
        expression: `CoverageEligibilityRequest.insurance[${index}].coverage`,
        reference: coverage,
        types: 'Coverage/<id>',
      })),
    ]);
  },
  answer: { resourceType: 'CoverageEligibilityResponse', build: coverageEligibilityResponse },
};
