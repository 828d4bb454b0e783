/**
 * What a client may do with the resources of a type, as SMART writes it: `system/Claim.cruds?status=active`.
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
export interface Scope {
  /** `*` for all. */
  resourceType: string;
  create: boolean;
  read: boolean;
  update: boolean;
  delete: boolean;
  search: boolean;
  /** Search parameters that the resources must match, as they stand in a URL. */
  query?: string;
}

/** Who asks, as authentication has found; absent where `KIUNGO_AUTH` is `none`. */
export interface Caller {
  clientId: string;
  /** Name of a role. */
  role: string;
  /** Reference to whose rows the client may see, like `Organization/x`. */
  organization?: string;
  scopes: readonly Scope[];
  /** Code of what the request is made for, of http://terminology.hl7.org/CodeSystem/v3-ActReason. */
  purposeOfUse?: string;
  /** As its registration says, see `Client`. */
  normalize?: 'openimis' | 'off';
}
