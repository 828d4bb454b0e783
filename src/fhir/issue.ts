/** The issue types of R4 that this server uses. https://hl7.org/fhir/R4/valueset-issue-type.html */
export type IssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'code-invalid'
  | 'extension'
  | 'invalid'
  | 'not-supported'
  | 'forbidden'
  | 'not-found'
  | 'deleted'
  | 'duplicate'
  | 'multiple-matches'
  | 'conflict'
  | 'too-long'
  | 'too-costly'
  | 'business-rule'
  | 'login'
  | 'forbidden'
  | 'throttled'
  | 'exception'
  | 'transient'
  | 'timeout'
  | 'informational';

/** Issues that the answer to one resource holds at most: enough to work on, and no more than a person reads. */
export const MOST_ISSUES = 100;

/**
 * One finding about a request or a resource, before it becomes an OperationOutcome.
 * `rule` is a stable code of our own CodeSystem (kebab-case) that clients may switch on; `expression` is the FHIRPath of the
 * element at fault with indexes (`Claim.item[1].quantity`); `diagnostics` says what to change and never holds a person's data.
 */
export interface Issue {
  severity: 'error' | 'warning' | 'information';
  code: IssueCode;
  rule: string;
  diagnostics: string;
  /** The same in other languages, by their codes of BCP 47. */
  translations?: Readonly<Record<string, string>>;
  expression?: string;
}
