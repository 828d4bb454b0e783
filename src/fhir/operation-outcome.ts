import type { Issue } from './issue.ts';
import type { JsonObject } from './resource.ts';

/** Where the stable codes of our issues are defined (`docs/errors.md`). */
export const ISSUE_RULE_SYSTEM = 'https://kiungo.example/fhir/CodeSystem/issue-rule';

/** Control characters that R4 allows in no string; parts of a request that a text repeats may hold them. */
const CONTROL = /[^\P{Cc}\t\n\r]/gu;

const legible = (text: string): string => text.replace(CONTROL, '\uFFFD');

/**
 * The OperationOutcome of some issues, those that have it in that language; with none, one that says that all is well.
 * https://hl7.org/fhir/R4/operationoutcome.html
 */
export const operationOutcome = (issues: readonly Issue[], language?: string): JsonObject => ({
  resourceType: 'OperationOutcome',
  ...(language === undefined ? {} : { language }),
  issue:
    issues.length === 0
      ? [{ severity: 'information', code: 'informational', diagnostics: 'All OK' }]
      : issues.map(({ severity, code, rule, diagnostics, translations, expression }) => ({
          severity,
          code,
          details: { coding: [{ system: ISSUE_RULE_SYSTEM, code: rule }] },
          diagnostics: legible(translations?.[language ?? ''] ?? diagnostics),
          ...(expression === undefined ? {} : { expression: [legible(expression)] }),
        })),
});
