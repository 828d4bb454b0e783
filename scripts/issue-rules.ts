import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeSystem } from 'fhir/r4.js';
import { ISSUE_RULE_SYSTEM } from '../src/fhir/operation-outcome.ts';
import { renderFormatted } from './render-json.ts';

const DOCUMENT = join(import.meta.dirname, '../docs/errors.md');

/** A row of a table in the document: a code, and in its last two cells what it means and what to do. */
const ROW = /^\| `([a-z-]+)` \|(?:.* \|)? ([^|]+) \| ([^|]+) \|$/gm;

const displayOf = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');

/** The CodeSystem of all codes that issues carry, made from `docs/errors.md`: its path from the root of the project, and its text. */
export const buildIssueRules = (): [path: string, text: string] => {
  const rows = [...readFileSync(DOCUMENT, 'utf8').matchAll(ROW)];
  const codeSystem: CodeSystem = {
    resourceType: 'CodeSystem',
    id: 'issue-rule',
    url: ISSUE_RULE_SYSTEM,
    version: '0.1.0',
    name: 'IssueRule',
    title: 'What an issue of an OperationOutcome is about',
    status: 'active',
    publisher: 'Kiungo',
    caseSensitive: true,
    content: 'complete',
    count: rows.length,
    concept: rows.map(([, code, meaning, advice]) => ({
      code: code!,
      display: displayOf(code!),
      definition: `${meaning} ${advice}`.replaceAll('`', ''),
    })),
  };
  return ['profiles/kiungo/CodeSystem-issue-rule.json', `${renderFormatted(codeSystem)}\n`];
};
