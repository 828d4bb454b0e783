import type { ValueSetExpansionContains } from 'fhir/r4.js';
import { displayIn } from './display-in.ts';
import type { Member, Terminology } from './terminology.ts';

/** What a client may ask of an expansion. https://hl7.org/fhir/R4/valueset-operation-expand.html */
export interface ExpandOptions {
  /** Words that all must occur in code, display or a designation. */
  filter?: string | undefined;
  activeOnly?: boolean | undefined;
  /** Leave out what cannot be chosen. */
  excludeNotForUI?: boolean | undefined;
  displayLanguage?: string | undefined;
  includeDesignations?: boolean | undefined;
}

/** Without case and accents. */
const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The members that a client asked for, in the order of the value set. */
export const chosenMembers = (
  members: readonly Member[],
  { filter, activeOnly, excludeNotForUI }: ExpandOptions,
): Member[] => {
  const words = fold(filter ?? '')
    .split(/\s+/u)
    .filter(word => word !== '');
  return members.filter(({ code, display, designations, abstract, inactive }) => {
    if (activeOnly === true && inactive === true) return false;
    if (excludeNotForUI === true && abstract === true) return false;
    if (words.length === 0) return true;
    const text = fold([code, display, ...designations.map(({ value }) => value)].join(' '));
    return words.every(word => text.includes(word));
  });
};

/** Members as an expansion lists them, one beside the other. */
export const flatContains = (members: readonly Member[], options: ExpandOptions): ValueSetExpansionContains[] =>
  members.map(member => containsOf(member, options));

/** Members below the first of their parents that is a member too. */
export const nestedContains = (
  members: readonly Member[],
  options: ExpandOptions,
  terminology: Pick<Terminology, 'codeSystem'>,
): ValueSetExpansionContains[] => {
  const places = new Map(members.map(member => [keyOf(member.system, member.code), containsOf(member, options)]));
  const parentOf = ({ system, code }: { system: string; code: string }): string | undefined =>
    terminology
      .codeSystem(system)
      ?.parents(code)
      .find(parent => places.has(keyOf(system, parent)));
  const isInCircle = (member: Member): boolean => {
    const seen = new Set<string>();
    let { code } = member;
    while (!seen.has(code)) {
      seen.add(code);
      const parent = parentOf({ system: member.system, code });
      if (parent === undefined) return false;
      code = parent;
    }
    return true;
  };
  const roots: ValueSetExpansionContains[] = [];
  for (const member of members) {
    const place = places.get(keyOf(member.system, member.code))!;
    const parent = isInCircle(member) ? undefined : parentOf(member);
    const above = parent === undefined ? undefined : places.get(keyOf(member.system, parent));
    if (above === undefined) roots.push(place);
    else above.contains = [...(above.contains ?? []), place];
  }
  return roots;
};

const keyOf = (system: string, code: string): string => `${system} ${code}`;

const containsOf = (
  member: Member,
  { displayLanguage, includeDesignations }: ExpandOptions,
): ValueSetExpansionContains => {
  const { system, code, abstract, inactive, designations } = member;
  const display = displayIn(member, displayLanguage);
  return {
    ...(system === '' ? {} : { system }),
    ...(abstract === true ? { abstract } : {}),
    ...(inactive === true ? { inactive } : {}),
    code,
    ...(display === undefined ? {} : { display }),
    ...(includeDesignations === true && designations.length > 0 ? { designation: [...designations] } : {}),
  };
};
