import type { CoverageEligibilityRequest } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { coverageEligibilityResponse } from './coverage-eligibility-response.ts';
import { eligibilityLookups, numberedPatients } from './eligibility-question.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceRule } from './insurance-rule.ts';
import { requireReferences } from './insured-reference.ts';
import { judgeReplaced } from './judge-replaced.ts';
import { say } from './texts/say.ts';

const requestOf = (resource: Resource): CoverageEligibilityRequest => resource as unknown as CoverageEligibilityRequest;

/** Asks whether a patient is covered. https://hl7.org/fhir/R4/coverageeligibilityrequest.html */
export const coverageEligibilityRequestRule: InsuranceRule = {
  lookups: (resource, found, scheme) => eligibilityLookups(requestOf(resource), found, scheme),
  judge: (resource, { baseUrl, found }) => {
    const request = requestOf(resource);
    const { patient, insurance = [] } = request;
    const numbered = numberedPatients(request, found);
    const unknown =
      numbered === undefined || numbered.length === 1
        ? []
        : [
            refusal(
              'eligibility-patient-unknown',
              'CoverageEligibilityRequest.patient.identifier',
              say(numbered.length === 0 ? 'number-unknown' : 'number-of-several'),
            ),
          ];
    return [
      ...unknown,
      ...judgeReplaced(found, 'CoverageEligibilityRequest.patient'),
      ...requireReferences('eligibility-reference-required', baseUrl, [
        ...(numbered === undefined
          ? [{ expression: 'CoverageEligibilityRequest.patient', reference: patient, types: 'Patient/<id>' }]
          : []),
        ...insurance.map(({ coverage }, index) => ({
          expression: `CoverageEligibilityRequest.insurance[${index}].coverage`,
          reference: coverage,
          types: 'Coverage/<id>',
        })),
      ]),
    ];
  },
  answer: { resourceType: 'CoverageEligibilityResponse', build: coverageEligibilityResponse },
};
