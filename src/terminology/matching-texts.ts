import { runInNewContext } from 'node:vm';

/** What one regular expression may take for all texts together: more than any honest one needs on a machine that is busy. */
const TIME_LIMIT_MS = 200;

/**
 * Which of the texts the regular expression matches as a whole; undefined where it cannot be read, or takes too long, as one that was
 * made to hang does. https://hl7.org/fhir/R4/valueset-filter-operator.html
 */
export const matchingTexts = (pattern: string, texts: readonly string[]): ReadonlySet<string> | undefined => {
  try {
    const regex = new RegExp(`^(?:${pattern})$`, 'u');
    // Only a script run with a time limit can be stopped while it matches.
    const found: string[] = runInNewContext(
      'texts.filter(text => regex.test(text))',
      { texts, regex },
      { timeout: TIME_LIMIT_MS },
    );
    return new Set(found);
  } catch {
    return undefined;
  }
};
