import type { ValueSetComposeInclude, ValueSetComposeIncludeFilter } from 'fhir/r4.js';
import type { CodeSystemConcepts } from './code-system-concepts.ts';
import type { Concept } from './concept.ts';
import { grammarOf } from './grammar-systems.ts';
import { passingCodes } from './passing-codes.ts';
import type { Member, Terminology, Verdict } from './terminology.ts';

/** One include or exclude of a value set. */
export interface ValueSetRule {
  /** The code systems that it draws on. */
  readonly systems: readonly string[];
  /** Abstract concepts are in only where `abstract` says so. */
  judge(code: string, system: string, abstract?: boolean): Verdict;
  /** What it holds, as far as it can be listed. */
  members(): Iterable<Member>;
  /** Why it cannot be listed whole, for people; empty where it can. */
  readonly gaps: readonly string[];
  /** Holds more than is loaded: a fragment of a code system. */
  readonly open: boolean;
}

/**
 * What an include or exclude says. One that names a system and value sets, or several value sets, holds what is in all of them.
 * https://hl7.org/fhir/R4/valueset.html#compositions
 */
export const includeRule = (
  include: ValueSetComposeInclude,
  { inactive }: { inactive: boolean },
  terminology: Terminology,
): ValueSetRule => {
  const nested = (include.valueSet ?? []).map(url => valueSetRule(url, terminology));
  const own = include.system === undefined ? [] : [systemRule(include.system, include, inactive, terminology)];
  const parts = [...own, ...nested];
  const [only] = parts;
  if (only === undefined) return unknownRule('', 'An include names neither a system nor a value set.');
  return parts.length === 1 ? only : intersection(parts);
};

const intersection = (parts: readonly ValueSetRule[]): ValueSetRule => {
  const listed = parts.find(({ gaps }) => gaps.length === 0) ?? parts[0]!;
  const judge: ValueSetRule['judge'] = (code, system, abstract) => {
    let verdict: Verdict = 'yes';
    for (const part of parts) {
      const judged = part.judge(code, system, abstract);
      if (judged === 'no') return 'no';
      if (judged === 'unknown') verdict = 'unknown';
    }
    return verdict;
  };
  return { systems: listed.systems, judge, members: listed.members, gaps: listed.gaps, open: listed.open };
};

const unknownRule = (system: string, gap: string): ValueSetRule => ({
  systems: [system],
  judge: (_code, asked) => (system === '' || asked === system ? 'unknown' : 'no'),
  members: () => [],
  gaps: [gap],
  open: false,
});

const valueSetRule = (url: string, terminology: Terminology): ValueSetRule => {
  const found = terminology.valueSet(url);
  // The one system of what is not known stands for all of them, so that a code without a system is unknown too.
  if (found === undefined) return unknownRule('', `Value set ${url} is not loaded here.`);
  const { systems, judge, gaps, open } = found;
  return { systems, judge, members: () => Iterator.from(found.members()).map(({ member }) => member), gaps, open };
};

const systemRule = (
  system: string,
  { version, concept, filter = [] }: ValueSetComposeInclude,
  inactive: boolean,
  terminology: Terminology,
): ValueSetRule => {
  const codeSystem = terminology.codeSystem(version === undefined ? system : `${system}|${version}`);
  const isKept = (found: Concept | undefined): boolean => inactive || found?.inactive !== true;
  if (concept !== undefined) {
    const members = concept.flatMap(({ code, display, designation = [] }): Member[] => {
      const found = codeSystem?.find(code);
      if (!isKept(found)) return [];
      const designations = [...designation, ...(found?.designations ?? [])];
      return [{ ...memberOf(system, code, found), display: display ?? found?.display, designations }];
    });
    return listRule(system, members, codeSystem?.definition.caseSensitive);
  }
  if (codeSystem === undefined || codeSystem.concepts.size === 0) return grammarRule(system, filter);
  let codes: ReadonlySet<string> = new Set(codeSystem.concepts.keys());
  for (const each of filter) {
    const passing = passingCodes(each, codeSystem);
    if (passing === undefined) return unknownRule(system, `${filterText(each, system)} cannot be judged here.`);
    codes = codes.intersection(passing);
  }
  const members = [...codeSystem.concepts.values()]
    .filter(each => codes.has(each.code) && isKept(each))
    .map(each => memberOf(system, each.code, each));
  return listRule(system, members, codeSystem.definition.caseSensitive, othersOf(codeSystem));
};

const filterText = ({ property, op, value }: ValueSetComposeIncludeFilter, system: string): string =>
  `The filter \`${property} ${op} ${value}\` on code system ${system}`;

/** What a code is that a list drawn from a code system has not: what is loaded of the system did not pass the filters. */
const othersOf = ({ whole, concepts }: CodeSystemConcepts): ((code: string) => Verdict) | undefined =>
  whole ? undefined : code => (concepts.has(code) ? 'no' : 'unknown');

const memberOf = (system: string, code: string, concept: Concept | undefined): Member => ({
  system,
  code,
  display: concept?.display,
  designations: concept?.designations ?? [],
  ...(concept?.abstract === true ? { abstract: true } : {}),
  ...(concept?.inactive === true ? { inactive: true } : {}),
});

const grammarRule = (system: string, filters: readonly ValueSetComposeIncludeFilter[]): ValueSetRule => {
  const grammar = grammarOf(system);
  if (grammar === undefined) return unknownRule(system, `Code system ${system} is not loaded here.`);
  const tests = filters.map(filter => grammar.filter?.(filter));
  const strange = filters.find((_, index) => tests[index] === undefined);
  if (strange !== undefined) return unknownRule(system, `${filterText(strange, system)} cannot be judged here.`);
  return {
    systems: [system],
    judge(code, asked) {
      if (asked !== system) return 'no';
      const verdict = grammar.judge(code);
      return verdict === 'yes' && !tests.every(test => test?.(code)) ? 'no' : verdict;
    },
    members: () => [],
    gaps: [`The codes of ${system} follow a rule: they can be judged, but not listed.`],
    open: false,
  };
};

/**
 * A list of concepts of one system. Where the code system does not say whether case matters, a code that differs in case alone is
 * unknown. `others` judges what is not in the list, where that is not simply wrong; then there may be more than is listed.
 */
export const listRule = (
  system: string,
  members: readonly Member[],
  caseSensitive: boolean | undefined,
  others?: (code: string) => Verdict,
): ValueSetRule => {
  const codes = new Set(members.filter(({ abstract }) => abstract !== true).map(({ code }) => code));
  const abstracts = new Set(members.filter(({ abstract }) => abstract === true).map(({ code }) => code));
  const folded = caseSensitive === true ? undefined : new Set([...codes].map(code => code.toLowerCase()));
  const inOtherCase: Verdict = caseSensitive === false ? 'yes' : 'unknown';
  return {
    systems: [system],
    judge(code, asked, abstract) {
      if (asked !== system) return 'no';
      if (codes.has(code)) return 'yes';
      if (abstracts.has(code)) return abstract ? 'yes' : 'no';
      if (folded?.has(code.toLowerCase())) return inOtherCase;
      return others === undefined ? 'no' : others(code);
    },
    members: () => members,
    gaps: [],
    open: others !== undefined,
  };
};
