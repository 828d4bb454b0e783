import { type FhirError, refuse } from '../fhir/fhir-error.ts';

/** The line and column of an index in a text, counted from 1. */
const placeOf = (text: string, index: number): string => {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
    line++;
    start = at + 1;
  }
  return `line ${line}, column ${index - start + 1}`;
};

/** The refusal of an XML text for what stands at an index. `what` says what is wrong and what to change. */
export const xmlRefusal = (
  rule: 'xml-malformed' | 'xml-not-fhir',
  { text, index, what }: { text: string; index: number; what: string },
): FhirError => refuse(rule, `XML, ${placeOf(text, index)}: ${what}`);

/** A name as a message repeats it. */
export const shownName = (name: string): string => `\`${name.slice(0, 64)}\``;
