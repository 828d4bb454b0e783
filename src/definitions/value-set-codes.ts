import type { ValueSet, ValueSetComposeInclude, ValueSetExpansionContains } from 'fhir/r4.js';
import { codeSystemCodes } from './code-system-codes.ts';
import type { Definitions, ValueSetCodes } from './definitions.ts';
import { grammarOf } from './grammar-systems.ts';

type Verdict = ReturnType<ValueSetCodes['judge']>;

/** One include or exclude: what it says of a code of a system, and the systems that it draws on. */
interface Rule {
  systems: readonly string[];
  judge(code: string, system: string): Verdict;
  codes: Iterable<string>;
}

/**
 * The codes of a value set: whole systems, listed concepts, filters on loaded code systems, other value sets, exclusions.
 * What needs a code system that is not loaded, or a filter that is not known, is judged `unknown`.
 * https://hl7.org/fhir/R4/valueset.html#compositions
 */
export const valueSetCodes = (
  valueSet: ValueSet,
  definitions: Pick<Definitions, 'valueSet' | 'codeSystem'>,
): ValueSetCodes => {
  const { compose, expansion } = valueSet;
  const includes = (compose?.include ?? []).map(include => ruleOf(include, definitions));
  const excludes = (compose?.exclude ?? []).map(exclude => ruleOf(exclude, definitions));
  if (expansion?.contains !== undefined) includes.push(...rulesOfExpansion(expansion.contains, definitions));
  const systems = [...new Set(includes.flatMap(rule => rule.systems))];
  const [only] = includes;
  const judgeIn =
    only !== undefined && includes.length === 1 && excludes.length === 0
      ? only.judge
      : (code: string, system: string): Verdict => {
          const included = best(includes, code, system);
          if (included === 'no') return 'no';
          const excluded = best(excludes, code, system);
          return excluded === 'yes' ? 'no' : excluded === 'unknown' ? 'unknown' : included;
        };
  return {
    url: valueSet.url ?? '',
    systems,
    judge(code, system) {
      if (system !== undefined) return judgeIn(code, system);
      let verdict: Verdict = 'no';
      for (const each of systems) {
        const judged = judgeIn(code, each);
        if (judged === 'yes') return 'yes';
        if (judged === 'unknown') verdict = 'unknown';
      }
      return verdict;
    },
    sample(limit) {
      const codes = new Set<string>();
      for (const rule of includes) {
        for (const code of rule.codes) {
          if (codes.size >= limit) return [...codes];
          if (systems.some(system => judgeIn(code, system) === 'yes')) codes.add(code);
        }
      }
      return [...codes];
    },
  };
};

const best = (rules: readonly Rule[], code: string, system: string): Verdict => {
  let verdict: Verdict = 'no';
  for (const rule of rules) {
    const judged = rule.judge(code, system);
    if (judged === 'yes') return 'yes';
    if (judged === 'unknown') verdict = 'unknown';
  }
  return verdict;
};

/** An include that names a system and value sets holds what is in all of them. */
const ruleOf = (include: ValueSetComposeInclude, definitions: Pick<Definitions, 'valueSet' | 'codeSystem'>): Rule => {
  const nested = (include.valueSet ?? []).map(url => definitions.valueSet(url) ?? notLoaded(url));
  const own = include.system === undefined ? undefined : ruleOfSystem(include.system, include, definitions);
  const [only] = nested;
  if (own !== undefined && only === undefined) return own;
  if (own === undefined && only !== undefined && nested.length === 1) {
    return { systems: only.systems, judge: only.judge, codes: codesOnDemand(only) };
  }
  const all = [...(own === undefined ? [] : [own]), ...nested];
  return {
    systems: own?.systems ?? [...new Set(nested.flatMap(({ systems }) => systems))],
    judge(code, system) {
      let verdict: Verdict = 'yes';
      for (const each of all) {
        const judged = each.judge(code, system);
        if (judged === 'no') return 'no';
        if (judged === 'unknown') verdict = 'unknown';
      }
      return verdict;
    },
    codes: own?.codes ?? (only === undefined ? [] : codesOnDemand(only)),
  };
};

const codesOnDemand = (codes: ValueSetCodes): Iterable<string> => ({
  [Symbol.iterator]: () => codes.sample(Number.MAX_SAFE_INTEGER)[Symbol.iterator](),
});

/** The one system of what is not loaded stands for all of them, so that a code without a system is unknown too. */
const notLoaded = (url: string): ValueSetCodes => ({ url, systems: [''], judge: () => 'unknown', sample: () => [] });

const ruleOfSystem = (
  system: string,
  { concept, filter }: ValueSetComposeInclude,
  definitions: Pick<Definitions, 'codeSystem'>,
): Rule => {
  const codeSystem = definitions.codeSystem(system);
  if (concept !== undefined) {
    return listRule(system, new Set(concept.map(({ code }) => code)), codeSystem?.caseSensitive, 'no');
  }
  const known = codeSystem === undefined ? undefined : codeSystemCodes(codeSystem, filter ?? []);
  if (known !== undefined) return listRule(system, known.codes, codeSystem?.caseSensitive, known.others);
  const grammar = filter === undefined ? grammarOf(system) : undefined;
  return {
    systems: [system],
    judge: (code, asked) => (asked !== system ? 'no' : (grammar?.(code) ?? 'unknown')),
    codes: [],
  };
};

/** Where the code system does not say whether case matters, a code that differs in case alone is unknown. */
const listRule = (
  system: string,
  codes: ReadonlySet<string>,
  caseSensitive: boolean | undefined,
  others: Verdict,
): Rule => {
  const folded = caseSensitive === true ? undefined : new Set([...codes].map(code => code.toLowerCase()));
  const inOtherCase: Verdict = caseSensitive === false ? 'yes' : 'unknown';
  return {
    systems: [system],
    judge(code, asked) {
      if (asked !== system) return 'no';
      if (codes.has(code)) return 'yes';
      return folded?.has(code.toLowerCase()) ? inOtherCase : others;
    },
    codes,
  };
};

const rulesOfExpansion = (
  contains: readonly ValueSetExpansionContains[],
  definitions: Pick<Definitions, 'codeSystem'>,
): Rule[] => {
  const bySystem = new Map<string, Set<string>>();
  const collect = (items: readonly ValueSetExpansionContains[]): void => {
    for (const { system = '', code, abstract, contains: inner } of items) {
      if (code !== undefined && abstract !== true) bySystem.set(system, (bySystem.get(system) ?? new Set()).add(code));
      collect(inner ?? []);
    }
  };
  collect(contains);
  return [...bySystem].map(([system, codes]) =>
    listRule(system, codes, definitions.codeSystem(system)?.caseSensitive, 'no'),
  );
};
