/** What normalising changes in the published examples, by file: code and expression of each change. */
export const OPENIMIS_CHANGES: Readonly<Record<string, readonly string[]>> = {
  'CoverageEligibilityRequest-JoeDoeEnquiring.json': [
    'normalized-system CoverageEligibilityRequest.item[0].category.coding[0].system',
  ],
  'CoverageEligibilityResponse-JoeDoeEnquiringResponse.json': [
    'normalized-surplus CoverageEligibilityResponse.insurance[0].item[1].category',
  ],
  'Group-doe-family.json': ['normalized-system Group.extension[2].value.coding[0].system'],
  'Invoice-InformalSectorContributionInvoice.json': [
    'normalized-system Invoice.identifier[0].type.coding[0].system',
    'normalized-system Invoice.identifier[1].type.coding[0].system',
    'normalized-system Invoice.type.coding[0].system',
    'normalized-system Invoice.lineItem[0].priceComponent[0].code.coding[0].system',
  ],
  'Medication-AspirinMedication.json': ['normalized-default Medication.amount'],
};
