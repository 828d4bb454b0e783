/** A version as the ETag header names it: `W/"3"`. https://hl7.org/fhir/R4/http.html#versioning */
export const versionToEtag = (versionId: number): string => `W/"${versionId}"`;
