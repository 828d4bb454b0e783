import type { ValueSet } from 'fhir/r4.js';
import { expansionRules } from './expansion-rules.ts';
import { includeRule } from './include-rule.ts';
import type { RuleOptions } from './system-rule.ts';
import type { Member, Terminology, ValueSetCodes, Verdict } from './terminology.ts';
import { unknownRule, type ValueSetRule } from './value-set-rule.ts';

/** What goes beyond these is not compiled: made up by someone to keep the server busy. */
const MOST_RULES = 1000;
const MOST_REGEXES = 3;
const MOST_CONCEPTS_FILTERED = 1_000_000;
const TOO_LARGE = `It has more than ${MOST_RULES} includes and excludes, those of value sets in it counted, or more than ${MOST_REGEXES} regular expressions.`;

interface Rules {
  includes: readonly ValueSetRule[];
  excludes: readonly ValueSetRule[];
  /** Of an expansion that came along with a definition: what it lists is in, whatever cannot be told by the definition. */
  listed: readonly ValueSetRule[];
}

const unknown = (gap: string): Rules => ({ includes: [unknownRule('', gap)], excludes: [], listed: [] });

const weightOf = (rules: readonly ValueSetRule[]): number => rules.reduce((sum, { weight }) => sum + weight, 0);

const rulesOf = ({ compose, expansion }: ValueSet, terminology: Terminology): Rules => {
  const listed = expansionRules(expansion, terminology);
  if (compose === undefined) {
    return expansion?.contains === undefined
      ? unknown('It has neither a definition nor an expansion.')
      : { includes: listed, excludes: [], listed: [] };
  }
  const { include = [], exclude = [] } = compose;
  const regexes = [...include, ...exclude].flatMap(({ filter = [] }) => filter.filter(({ op }) => op === 'regex'));
  if (include.length + exclude.length > MOST_RULES || regexes.length > MOST_REGEXES) return unknown(TOO_LARGE);
  let filtered = 0;
  const options: RuleOptions = {
    inactive: compose.inactive !== false,
    afford(concepts) {
      filtered += concepts;
      return filtered <= MOST_CONCEPTS_FILTERED;
    },
  };
  const includes = include.map(each => includeRule(each, options, terminology));
  const excludes = exclude.map(each => includeRule(each, options, terminology));
  return weightOf([...includes, ...excludes]) > MOST_RULES ? unknown(TOO_LARGE) : { includes, excludes, listed };
};

/**
 * The codes of a value set: whole systems, listed concepts, filters on loaded code systems, other value sets, exclusions; where there
 * is no definition, those of the expansion that came with it. What needs a code system that is not loaded, or a filter that is not
 * known, is judged `unknown`, if the expansion does not have it.
 * https://hl7.org/fhir/R4/valueset.html#compositions
 */
export const valueSetCodes = (definition: ValueSet, terminology: Terminology): ValueSetCodes => {
  const rules = rulesOf(definition, terminology);
  const { includes, excludes } = rules;
  const systems = [...new Set(includes.flatMap(rule => rule.systems))];
  const judgeIn = judgeOf(rules);
  const judge: ValueSetCodes['judge'] = (code, system, abstract) => {
    if (system !== undefined) return judgeIn(code, system, abstract);
    let verdict: Verdict = 'no';
    for (const each of systems) {
      const judged = judgeIn(code, each, abstract);
      if (judged === 'yes') return 'yes';
      if (judged === 'unknown') verdict = 'unknown';
    }
    return verdict;
  };
  const members: ValueSetCodes['members'] = function* () {
    const seen = new Set<string>();
    for (const rule of includes) {
      for (const member of rule.members()) {
        const key = keyOf(member);
        if (seen.has(key)) continue;
        seen.add(key);
        const verdict = judgeIn(member.code, member.system, true);
        if (verdict !== 'no') yield { member, verdict };
      }
    }
  };
  return {
    url: definition.url ?? '',
    definition,
    systems,
    judge,
    sample(limit) {
      const codes = new Set<string>();
      for (const { member, verdict } of members()) {
        if (codes.size >= limit) break;
        if (verdict === 'yes' && member.abstract !== true) codes.add(member.code);
      }
      return [...codes];
    },
    members,
    gaps: [...new Set([...includes, ...excludes].flatMap(rule => rule.gaps))],
    open: includes.some(({ open }) => open),
    weight: weightOf([...includes, ...excludes]),
  };
};

const keyOf = ({ system, code }: Member): string => `${system} ${code}`;

type Judge = ValueSetRule['judge'];

/** In one of the includes and none of the excludes. */
const judgeOf = ({ includes, excludes, listed }: Rules): Judge => {
  const [only] = includes;
  if (only !== undefined && includes.length === 1 && excludes.length === 0 && listed.length === 0) return only.judge;
  const byRules: Judge = (code, system, abstract) => {
    const included = best(includes, code, system, abstract);
    if (included === 'no') return 'no';
    // Whatever an exclude holds is out, abstract or not.
    const excluded = best(excludes, code, system, true);
    return excluded === 'yes' ? 'no' : excluded === 'unknown' ? 'unknown' : included;
  };
  if (listed.length === 0) return byRules;
  return (code, system, abstract) => {
    const verdict = byRules(code, system, abstract);
    return verdict === 'unknown' && best(listed, code, system, abstract) === 'yes' ? 'yes' : verdict;
  };
};

const best = (rules: readonly ValueSetRule[], code: string, system: string, abstract: boolean | undefined): Verdict => {
  let verdict: Verdict = 'no';
  for (const rule of rules) {
    const judged = rule.judge(code, system, abstract);
    if (judged === 'yes') return 'yes';
    if (judged === 'unknown') verdict = 'unknown';
  }
  return verdict;
};
