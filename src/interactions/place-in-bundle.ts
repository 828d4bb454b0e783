import { FhirError } from '../fhir/fhir-error.ts';

/** Where the condition stands that is refused by a rule, for refusals that name no place. */
const CONDITIONS: Readonly<Record<string, string>> = {
  'precondition-failed': 'request.ifMatch',
  'precondition-required': 'request.ifMatch',
};

/** An error with every place in it below an entry; what names none is about what its url names. */
export const atEntry = (error: FhirError, index: number): FhirError =>
  new FhirError(
    error.status,
    error.issues.map(issue => ({
      ...issue,
      expression: placeInBundle(issue.expression ?? CONDITIONS[issue.rule], index),
    })),
    { headers: error.headers, cause: error.cause },
  );

/** `Claim.item[0]` of a resource as `Bundle.entry[3].resource.item[0]`. */
export const placeInBundle = (expression: string | undefined, index: number): string => {
  const entry = `Bundle.entry[${index}]`;
  if (expression === undefined) return `${entry}.request.url`;
  if (/^(request|resource|fullUrl)\b/.test(expression)) return `${entry}.${expression}`;
  if (expression === '') return entry;
  const point = expression.indexOf('.');
  return `${entry}.resource${point < 0 ? '' : expression.slice(point)}`;
};
