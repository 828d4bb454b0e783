import type { Issue, IssueCode } from './issue.ts';

/**
 * An expected failure that ends an interaction: an HTTP status and the issues that tell the client what to change.
 * Thrown anywhere, turned into a response in one place (`http/error-response.ts`).
 */
export class FhirError extends Error {
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    issues: readonly Issue[],
    options: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(issues[0]?.diagnostics ?? 'Failed', options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FhirError';
    this.status = status;
    this.issues = issues;
    this.headers = options.headers ?? {};
  }
}

/**
 * The catalogue of what a request can be refused for: status and issue code by rule. What a resource itself can be refused for
 * (422) is listed where it is judged: `validation/` and `insurance/`. `docs/errors.md` is held to both by a test.
 */
export const REQUEST_RULES = {
  'resources-deleted': { status: 200, code: 'informational' },
  'resource-purged': { status: 200, code: 'informational' },
  'records-merged': { status: 200, code: 'informational' },
  'json-malformed': { status: 400, code: 'structure' },
  'json-encoding': { status: 400, code: 'structure' },
  'json-duplicate-key': { status: 400, code: 'structure' },
  'json-not-resource': { status: 400, code: 'structure' },
  'json-too-deep': { status: 400, code: 'structure' },
  'xml-malformed': { status: 400, code: 'structure' },
  'xml-not-fhir': { status: 400, code: 'structure' },
  'resource-type-mismatch': { status: 400, code: 'invalid' },
  'id-mismatch': { status: 400, code: 'invalid' },
  'id-malformed': { status: 400, code: 'value' },
  'request-malformed': { status: 400, code: 'invalid' },
  'header-malformed': { status: 400, code: 'invalid' },
  'criteria-missing': { status: 400, code: 'required' },
  'bundle-malformed': { status: 400, code: 'invalid' },
  'bundle-entry-malformed': { status: 400, code: 'invalid' },
  'bundle-entry-refused': { status: 400, code: 'not-supported' },
  'bundle-overlap': { status: 400, code: 'duplicate' },
  'patch-malformed': { status: 400, code: 'structure' },
  'patch-forbidden': { status: 400, code: 'invalid' },
  'search-parameter-unknown': { status: 400, code: 'not-supported' },
  'search-parameter-invalid': { status: 400, code: 'invalid' },
  'operation-parameter-unknown': { status: 400, code: 'not-supported' },
  'operation-parameter-invalid': { status: 400, code: 'invalid' },
  'operation-parameter-missing': { status: 400, code: 'required' },
  'includes-cut': { status: 200, code: 'too-costly' },
  'cursor-invalid': { status: 400, code: 'invalid' },
  'login-required': { status: 401, code: 'login' },
  'token-refused': { status: 401, code: 'login' },
  'administrator-required': { status: 403, code: 'forbidden' },
  'access-denied': { status: 403, code: 'forbidden' },
  'type-unknown': { status: 404, code: 'not-supported' },
  'operation-unknown': { status: 404, code: 'not-supported' },
  'identifier-unknown': { status: 404, code: 'not-found' },
  'path-unknown': { status: 404, code: 'not-found' },
  'resource-unknown': { status: 404, code: 'not-found' },
  'version-unknown': { status: 404, code: 'not-found' },
  'client-unknown': { status: 404, code: 'not-found' },
  'terminology-unknown': { status: 404, code: 'not-found' },
  'concept-unknown': { status: 404, code: 'not-found' },
  'interaction-not-enabled': { status: 405, code: 'not-supported' },
  'update-create-refused': { status: 405, code: 'not-supported' },
  'accept-not-served': { status: 406, code: 'not-supported' },
  'request-timeout': { status: 408, code: 'timeout' },
  'search-parameter-indexing': { status: 409, code: 'transient' },
  'version-conflict': { status: 409, code: 'conflict' },
  'patch-failed': { status: 409, code: 'conflict' },
  'id-taken': { status: 409, code: 'duplicate' },
  'identity-taken': { status: 409, code: 'duplicate' },
  'definition-loaded': { status: 409, code: 'duplicate' },
  'definition-needed': { status: 409, code: 'conflict' },
  'resource-referenced': { status: 409, code: 'conflict' },
  'unmerge-refused': { status: 409, code: 'conflict' },
  'resource-deleted': { status: 410, code: 'deleted' },
  'precondition-failed': { status: 412, code: 'conflict' },
  'multiple-matches': { status: 412, code: 'multiple-matches' },
  'criteria-unmatched': { status: 412, code: 'not-found' },
  'body-too-large': { status: 413, code: 'too-long' },
  'content-type-not-served': { status: 415, code: 'not-supported' },
  'bundle-too-many-entries': { status: 422, code: 'too-costly' },
  'client-invalid': { status: 422, code: 'invalid' },
  'definition-unusable': { status: 422, code: 'invalid' },
  'subscription-unusable': { status: 422, code: 'invalid' },
  'resource-subsetted': { status: 422, code: 'invalid' },
  'merge-refused': { status: 422, code: 'business-rule' },
  'reference-not-found': { status: 422, code: 'not-found' },
  'terminology-incomplete': { status: 422, code: 'not-found' },
  'expansion-too-costly': { status: 422, code: 'too-costly' },
  'search-too-costly': { status: 422, code: 'too-costly' },
  'operation-too-costly': { status: 422, code: 'too-costly' },
  'precondition-required': { status: 428, code: 'required' },
  'client-too-busy': { status: 429, code: 'throttled' },
  'headers-too-large': { status: 431, code: 'too-long' },
  bug: { status: 500, code: 'exception' },
  'server-busy': { status: 503, code: 'transient' },
  'validation-busy': { status: 503, code: 'transient' },
  'validation-unfinished': { status: 503, code: 'too-costly' },
  'issuer-unavailable': { status: 503, code: 'transient' },
  'store-full': { status: 503, code: 'transient' },
  'store-unavailable': { status: 503, code: 'transient' },
  'store-timeout': { status: 503, code: 'timeout' },
} as const satisfies Record<string, { status: number; code: IssueCode }>;

/** A code of the catalogue of refused requests. */
export type RequestRule = keyof typeof REQUEST_RULES;

/** A refusal by one rule of the catalogue. `diagnostics` says what to change. */
export const refuse = (
  rule: RequestRule,
  diagnostics: string,
  options: { expression?: string; headers?: Record<string, string>; cause?: unknown } = {},
): FhirError => {
  const { status, code } = REQUEST_RULES[rule];
  const issue: Issue = { severity: 'error', code, rule, diagnostics };
  if (options.expression !== undefined) issue.expression = options.expression;
  return new FhirError(status, [issue], options);
};
