/** A version as the ETag header names it: `W/"3"`. https://hl7.org/fhir/R4/http.html#versioning */
export const versionToEtag = (versionId: number): string => `W/"${versionId}"`;

const opaque = (etag: string): string => etag.trim().replace(/^W\//, '');

/** Whether an If-None-Match header names an entity tag, or any (`*`). Weak and strong ones are the same here. */
export const namesEtag = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.split(',').some(each => each.trim() === '*' || opaque(each) === opaque(etag));
