import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeSystem } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { buildIssueRules } from '../scripts/issue-rules.ts';
import { REQUEST_RULES } from '../src/fhir/fhir-error.ts';
import { ISSUE_RULE_SYSTEM } from '../src/fhir/operation-outcome.ts';
import { insuranceRefusals } from '../src/insurance/insurance-refusals.ts';
import { normalizingRules } from '../src/openimis/normalizing-rules.ts';
import { issueRules } from '../src/validation/issue-rules.ts';

const ROOT = join(import.meta.dirname, '..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

/** The cells of a section's table, row by row, without its head. */
const rowsOf = (section: string): string[][] => {
  const text = DOCUMENT.split(/^## /m).find(part => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^\| (`.*) \|$/gm)].map(([, row]) => row!.split(' | '));
};

/** Texts of the sources below `src/<folder>`, but for tests and for the catalogue itself. */
const sourcesOf = (folder: string, catalogue: string): string =>
  globSync('**/*.ts', { cwd: join(ROOT, 'src', folder) })
    .filter(file => !file.endsWith('.test.ts') && !file.endsWith(catalogue))
    .map(file => readFileSync(join(ROOT, 'src', folder, file), 'utf8'))
    .join('\n');

const unused = (rules: object, sources: string): string[] =>
  Object.keys(rules).filter(rule => !sources.includes(`'${rule}'`));

describe('docs/errors.md', () => {
  it('lists every refusal of a request with its status and issue type', () => {
    const inCode = Object.entries(REQUEST_RULES).map(([rule, { status, code }]) => [`\`${rule}\``, `${status}`, code]);
    expect(rowsOf('Requests').map(row => row.slice(0, 3))).toEqual(inCode);
  });

  it('lists every rule of validation with its issue type and meaning', () => {
    const inCode = Object.entries(issueRules).map(([rule, { code, meaning }]) => [`\`${rule}\``, code, meaning]);
    expect(rowsOf('Validation').map(row => row.slice(0, 3))).toEqual(inCode);
  });

  it('lists every refusal of insurance with its meaning', () => {
    const inCode = Object.entries(insuranceRefusals).map(([rule, meaning]) => [`\`${rule}\``, meaning]);
    expect(rowsOf('Insurance').map(row => row.slice(0, 2))).toEqual(inCode);
  });

  it('lists every change of normalising with its meaning', () => {
    const inCode = Object.entries(normalizingRules).map(([rule, meaning]) => [`\`${rule}\``, meaning]);
    expect(rowsOf('Normalising').map(row => row.slice(0, 2))).toEqual(inCode);
  });

  it('says of each what it means and what to do', () => {
    for (const [section, width] of [
      ['Requests', 5],
      ['Validation', 4],
      ['Insurance', 3],
      ['Normalising', 3],
    ] as const) {
      for (const row of rowsOf(section)) {
        expect(row, row[0]).toHaveLength(width);
        for (const text of row.slice(-2)) expect(text, row[0]).toMatch(/^\S.{5,}\.$/);
      }
    }
  });

  it('names the code system', () => {
    expect(DOCUMENT).toContain(`\`${ISSUE_RULE_SYSTEM}\``);
  });
});

describe('the catalogue', () => {
  it('has one meaning for every code', () => {
    const codes = [REQUEST_RULES, issueRules, insuranceRefusals, normalizingRules].flatMap(rules => Object.keys(rules));
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(codes.filter(code => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
  });

  it('is served as the code system that issues name', () => {
    const [file, text] = buildIssueRules();
    expect(readFileSync(join(ROOT, file), 'utf8'), 'npm run definitions').toBe(text);
    const { url, concept = [] } = JSON.parse(text) as CodeSystem;
    const inCode = [REQUEST_RULES, issueRules, insuranceRefusals, normalizingRules].flatMap(rules =>
      Object.keys(rules),
    );
    expect(url).toBe(ISSUE_RULE_SYSTEM);
    expect(concept.map(({ code }) => code)).toEqual(inCode);
  });

  it('has no rule that nothing uses', () => {
    const requests = [
      'interactions',
      'operations',
      'http',
      'security',
      'search',
      'patch',
      'xml',
      'fhir',
      'subscriptions',
    ].map(folder => sourcesOf(folder, 'fhir-error.ts'));
    expect(unused(REQUEST_RULES, requests.join('\n'))).toEqual([]);
    expect(unused(issueRules, sourcesOf('validation', 'issue-rules.ts'))).toEqual([]);
    expect(unused(normalizingRules, sourcesOf('openimis', 'normalizing-rules.ts'))).toEqual([]);
    expect(unused(insuranceRefusals, sourcesOf('insurance', 'insurance-refusals.ts'))).toEqual([]);
  });
});
