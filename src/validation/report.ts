import type { Issue } from '../fhir/issue.ts';
import { type IssueRule, issueRules } from './issue-rules.ts';

/** Collects the issues of one resource: each once, errors before warnings, no more than a limit. */
export interface Report {
  /** Errors found so far; repeated ones count too. */
  readonly errors: number;
  /** No further error will be kept, so that looking on is of no use. */
  readonly full: boolean;
  /** No further warning will be kept. */
  readonly quiet: boolean;
  /** Advice will be kept. */
  readonly advisable: boolean;
  error(rule: IssueRule, expression: string, diagnostics: string): void;
  warning(rule: IssueRule, expression: string, diagnostics: string): void;
  /** A warning that is kept only by a thorough report. */
  advice(rule: IssueRule, expression: string, diagnostics: string): void;
  issues(): Issue[];
}

/** An empty report that keeps up to `limit` issues. A thorough one keeps advice too. */
export function createReport(limit: number, { thorough = false } = {}): Report {
  const errors: Issue[] = [];
  const warnings: Issue[] = [];
  const seen = new Set<string>();
  let count = 0;
  const add = (
    kept: Issue[],
    severity: Issue['severity'],
    rule: IssueRule,
    expression: string,
    diagnostics: string,
  ) => {
    const key = `${rule} ${expression} ${diagnostics}`;
    if (kept.length >= limit || seen.has(key)) return;
    seen.add(key);
    kept.push({ severity, code: issueRules[rule].code, rule, diagnostics, expression });
  };
  const warning: Report['warning'] = (rule, expression, diagnostics) =>
    add(warnings, 'warning', rule, expression, diagnostics);
  return {
    get errors() {
      return count;
    },
    get full() {
      return errors.length >= limit;
    },
    get quiet() {
      return warnings.length >= limit;
    },
    get advisable() {
      return thorough && warnings.length < limit;
    },
    error: (rule, expression, diagnostics) => {
      count++;
      add(errors, 'error', rule, expression, diagnostics);
    },
    warning,
    advice: thorough ? warning : () => {},
    issues: () => [...errors, ...warnings].slice(0, limit),
  };
}
