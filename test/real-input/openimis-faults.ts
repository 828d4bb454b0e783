import type {
  Coverage,
  CoverageEligibilityRequest,
  CoverageEligibilityResponse,
  FhirResource,
  Invoice,
  Medication,
} from 'fhir/r4.js';

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem';

/** One fault of a published example. */
interface Fault {
  /** Where the examples' README or FACTS tells of it, in short. */
  known: string;
  /** The errors that it must be refused with: rule and expression. */
  errors: readonly string[];
  /** Puts right this fault and nothing else, in place. */
  correct(resource: FhirResource): void;
}

/** Every fault that the published examples are known to have, by file. A file that is not here must be accepted. */
export const OPENIMIS_FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  'Coverage-JoeDoeCoverage.json': [
    {
      known: 'README, and FACTS 6.2: reference joe-doe without a type',
      errors: ['reference-format Coverage.beneficiary.reference'],
      correct: resource => {
        (resource as Coverage).beneficiary.reference = 'Patient/john-doe';
      },
    },
  ],
  'CoverageEligibilityRequest-JoeDoeEnquiring.json': [
    {
      known: 'README, and FACTS 6.2: reference joe-doe without a type',
      errors: ['reference-format CoverageEligibilityRequest.patient.reference'],
      correct: resource => {
        (resource as CoverageEligibilityRequest).patient.reference = 'Patient/john-doe';
      },
    },
    {
      known: "README, and FACTS 3 (CoverageEligibilityRequest, trap): the item's category is of another code system",
      errors: [
        'code-not-in-value-set CoverageEligibilityRequest.item[0].category',
        'slice-closed CoverageEligibilityRequest.item[0]',
      ],
      correct: resource => {
        (resource as CoverageEligibilityRequest).item![0]!.category!.coding![0]!.system =
          `${OPENIMIS}/coverage-item-category`;
      },
    },
  ],
  'CoverageEligibilityResponse-JoeDoeEnquiringResponse.json': [
    {
      known: 'README, and FACTS 6.2: reference joe-doe without a type',
      errors: ['reference-format CoverageEligibilityResponse.patient.reference'],
      correct: resource => {
        (resource as CoverageEligibilityResponse).patient.reference = 'Patient/john-doe';
      },
    },
    {
      known: 'README, and FACTS 3 (CoverageEligibilityResponse, conflict): both category and productOrService (ces-1)',
      errors: ['invariant-failed CoverageEligibilityResponse.insurance[0].item[1]'],
      correct: resource => {
        delete (resource as CoverageEligibilityResponse).insurance![0]!.item![1]!.category;
      },
    },
  ],
  'Medication-AspirinMedication.json': [
    {
      known: 'FACTS 3 (Medication): an amount without denominator (rat-1)',
      errors: ['invariant-failed Medication.amount'],
      correct: resource => {
        (resource as Medication).amount!.denominator = { value: 1 };
      },
    },
  ],
  'Invoice-InformalSectorContributionInvoice.json': [
    {
      known: 'README, and FACTS 6.2: codings without system',
      errors: ['code-not-in-value-set Invoice.type.coding[0]'],
      correct: resource => {
        (resource as Invoice).type!.coding![0]!.system = `${OPENIMIS}/invoice-type`;
      },
    },
  ],
};
