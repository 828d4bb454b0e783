import type { ValueSetExpansion, ValueSetExpansionContains } from 'fhir/r4.js';
import type { Member, Terminology } from './terminology.ts';
import { listRule, type ValueSetRule } from './value-set-rule.ts';

/** R4's mark of an expansion that does not list all. */
export const UNCLOSED = 'http://hl7.org/fhir/StructureDefinition/valueset-unclosed';

/**
 * What an expansion lists, by system. Of one that is a page or marked as not closed, codes that are not listed are unknown.
 * https://hl7.org/fhir/R4/valueset.html#expansion
 */
export const expansionRules = (expansion: ValueSetExpansion | undefined, terminology: Terminology): ValueSetRule[] => {
  if (expansion?.contains === undefined) return [];
  const bySystem = new Map<string, Member[]>();
  let count = 0;
  const collect = (items: readonly ValueSetExpansionContains[]): void => {
    for (const { system = '', code, display, designation, abstract, inactive, contains } of items) {
      if (code !== undefined) {
        const members = bySystem.get(system) ?? [];
        bySystem.set(system, members);
        members.push({ system, code, display, designations: designation ?? [], abstract, inactive });
        count++;
      }
      collect(contains ?? []);
    }
  };
  collect(expansion.contains);
  const isPart =
    (expansion.total ?? 0) > count ||
    expansion.extension?.some(({ url, valueBoolean }) => url === UNCLOSED && valueBoolean === true) === true;
  return [...bySystem].map(([system, members]) =>
    listRule(system, members, {
      caseSensitive: terminology.codeSystem(system)?.definition.caseSensitive,
      others: isPart ? 'unknown' : 'no',
    }),
  );
};
