import type { ValueSetComposeInclude, ValueSetComposeIncludeFilter } from 'fhir/r4.js';
import type { CodeSystemConcepts } from './code-system-concepts.ts';
import type { Concept } from './concept.ts';
import { grammarOf } from './grammar-systems.ts';
import { passingCodes } from './passing-codes.ts';
import type { Member, Terminology } from './terminology.ts';
import { listRule, unknownRule, type ValueSetRule } from './value-set-rule.ts';

/** What the rules of one value set have in common. */
export interface RuleOptions {
  /** Whether concepts are in that are not to be used any more. https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.inactive */
  inactive: boolean;
  /** Whether so many concepts more can be looked at. */
  afford(concepts: number): boolean;
}

/**
 * What an include says of one code system: all of it, the concepts that pass its filters, or those that it lists.
 * https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.include.system
 */
export const systemRule = (
  { system = '', version, concept, filter = [] }: ValueSetComposeInclude,
  options: RuleOptions,
  terminology: Pick<Terminology, 'codeSystem'>,
): ValueSetRule => {
  const codeSystem = terminology.codeSystem(version === undefined ? system : `${system}|${version}`);
  const isKept = (found: Concept | undefined): boolean => options.inactive || found?.inactive !== true;
  if (concept !== undefined) {
    const members = concept.flatMap(({ code, display, designation = [] }): Member[] => {
      const found = codeSystem?.find(code);
      if (!isKept(found)) return [];
      const designations = [...designation, ...(found?.designations ?? [])];
      return [{ ...memberOf(system, code, found), display: display ?? found?.display, designations }];
    });
    return listRule(system, members, { caseSensitive: codeSystem?.definition.caseSensitive });
  }
  if (codeSystem === undefined || codeSystem.concepts.size === 0) return grammarRule(system, filter);
  if (filter.length === 0 && options.inactive) return conceptsRule(system, codeSystem);
  if (!options.afford(codeSystem.concepts.size * (filter.length + 1))) {
    return unknownRule(system, `The filters on code system ${system} take too long.`);
  }
  let codes: ReadonlySet<string> = new Set(
    codeSystem.concepts
      .values()
      .filter(isKept)
      .map(each => each.code),
  );
  for (const each of filter) {
    const passing = passingCodes(each, codeSystem);
    if (passing === undefined) return unknownRule(system, `${filterText(each, system)} cannot be judged here.`);
    codes = codes.intersection(passing);
  }
  return conceptsRule(system, codeSystem, codes);
};

const filterText = ({ property, op, value }: ValueSetComposeIncludeFilter, system: string): string =>
  `The filter \`${property} ${op} ${value}\` on code system ${system}`;

const memberOf = (system: string, code: string, concept: Concept | undefined): Member => ({
  system,
  code,
  display: concept?.display,
  designations: concept?.designations ?? [],
  ...(concept?.abstract === true ? { abstract: true } : {}),
  ...(concept?.inactive === true ? { inactive: true } : {}),
});

/** All concepts of a loaded code system, or `some` of them. A fragment may have more. */
const conceptsRule = (system: string, codeSystem: CodeSystemConcepts, some?: ReadonlySet<string>): ValueSetRule => {
  const { selectable, concepts } = codeSystem;
  const codes = some === undefined ? selectable : some.intersection(selectable);
  return {
    systems: [system],
    judge(code, asked, abstract) {
      if (asked !== system) return 'no';
      if (codes.has(code)) return 'yes';
      const concept = codeSystem.find(code);
      if (concept === undefined) return codeSystem.judge(code);
      if (some !== undefined && !some.has(concept.code)) return 'no';
      return concept.abstract && abstract !== true ? 'no' : 'yes';
    },
    members: () =>
      concepts
        .values()
        .filter(({ code }) => some === undefined || some.has(code))
        .map(each => memberOf(system, each.code, each)),
    gaps: [],
    open: !codeSystem.whole,
    weight: 1,
  };
};

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
    weight: 1,
  };
};
