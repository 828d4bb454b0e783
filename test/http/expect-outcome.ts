import type { OperationOutcome } from 'fhir/r4.js';
import { expect } from 'vitest';
import { REQUEST_RULES } from '../../src/fhir/fhir-error.ts';
import { ISSUE_RULE_SYSTEM } from '../../src/fhir/operation-outcome.ts';
import { insuranceRefusals } from '../../src/insurance/insurance-refusals.ts';
import { issueRules } from '../../src/validation/issue-rules.ts';
import type { Answer } from './start-server.ts';

/** Status and issue code of every rule that is documented, by its code. */
const CATALOGUE = new Map<string, { status: number; code: string }[]>();
const list = (rule: string, status: number, code: string): void => {
  CATALOGUE.set(rule, [...(CATALOGUE.get(rule) ?? []), { status, code }]);
};
for (const [rule, { status, code }] of Object.entries(REQUEST_RULES)) list(rule, status, code);
for (const [rule, { code }] of Object.entries(issueRules)) list(rule, 422, code);
for (const rule of Object.keys(insuranceRefusals)) list(rule, 422, 'business-rule');

/** One issue of an OperationOutcome, flat. */
export interface FoundIssue {
  rule: string;
  expression: string | undefined;
  text: string;
}

/**
 * Holds an answer to what every refusal must be: an OperationOutcome of this status whose issues are all in the catalogue, the
 * first by `rule`, each with a text. Gives the errors.
 */
export const expectOutcome = (answer: Answer, status: number, rule: string): FoundIssue[] => {
  expect({ status: answer.status, text: answer.text }).toEqual({ status, text: answer.text });
  expect(answer.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  const outcome = answer.body as unknown as OperationOutcome;
  expect(outcome.resourceType).toBe('OperationOutcome');
  const errors = outcome.issue.filter(({ severity }) => severity === 'error');
  const found = errors.map(({ code, details, diagnostics = '', expression }) => {
    const coding = details?.coding?.[0];
    expect(coding?.system).toBe(ISSUE_RULE_SYSTEM);
    expect(CATALOGUE.get(coding?.code ?? ''), coding?.code).toContainEqual({ status, code });
    expect(diagnostics.length, 'length of diagnostics').toBeGreaterThan(15);
    return { rule: coding?.code ?? '', expression: expression?.[0], text: diagnostics };
  });
  expect(found[0]?.rule).toBe(rule);
  return found;
};

/** The methods of an Allow header, without HEAD and OPTIONS, which go with GET and with every path. */
export const methodsOf = ({ headers: { allow = '' } }: Answer): string =>
  allow
    .split(', ')
    .filter(method => method !== 'HEAD' && method !== 'OPTIONS')
    .join(', ');
