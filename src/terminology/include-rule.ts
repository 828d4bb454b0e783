import type { ValueSetComposeInclude } from 'fhir/r4.js';
import { type RuleOptions, systemRule } from './system-rule.ts';
import type { Terminology, Verdict } from './terminology.ts';
import { unknownRule, type ValueSetRule } from './value-set-rule.ts';

/**
 * What an include or exclude says. One that names a system and value sets, or several value sets, holds what is in all of them.
 * https://hl7.org/fhir/R4/valueset.html#compositions
 */
export const includeRule = (
  include: ValueSetComposeInclude,
  options: RuleOptions,
  terminology: Terminology,
): ValueSetRule => {
  const own = include.system === undefined ? [] : [systemRule(include, options, terminology)];
  const parts = [...own, ...(include.valueSet ?? []).map(url => valueSetRule(url, terminology))];
  const [only] = parts;
  if (only === undefined) return unknownRule('', 'An include names neither a system nor a value set.');
  return parts.length === 1 ? only : intersection(parts);
};

/** Listed by the first part that can be listed; the others say what of that is in. */
const intersection = (parts: readonly ValueSetRule[]): ValueSetRule => {
  const { systems, members, gaps, open } = parts.find(part => part.gaps.length === 0) ?? parts[0]!;
  const judge: ValueSetRule['judge'] = (code, system, abstract) => {
    let verdict: Verdict = 'yes';
    for (const part of parts) {
      const judged = part.judge(code, system, abstract);
      if (judged === 'no') return 'no';
      if (judged === 'unknown') verdict = 'unknown';
    }
    return verdict;
  };
  return { systems, judge, members, gaps, open, weight: parts.reduce((sum, { weight }) => sum + weight, 0) };
};

const valueSetRule = (url: string, terminology: Terminology): ValueSetRule => {
  const found = terminology.valueSet(url);
  if (found === undefined) return unknownRule('', `Value set ${url} is not loaded here.`);
  const { systems, judge, gaps, open, weight } = found;
  return {
    systems,
    judge,
    members: () => Iterator.from(found.members()).map(({ member }) => member),
    gaps,
    open,
    weight,
  };
};
