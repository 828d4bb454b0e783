import { unescapeValue } from '../escape.ts';
import { foldText } from '../fold-text.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { Condition } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { AddEntries, SearchType } from '../search-type.ts';
import { soundOf } from '../sound-of.ts';
import { stringType } from './string.ts';

const soundsOf = (folded: string): string[] => [
  ...new Set(
    folded
      .split(' ')
      .filter(word => word !== '')
      .map(soundOf),
  ),
];

/** The words that a string would be found by, each by how it sounds. */
const bySound =
  (add: AddEntries): AddEntries =>
  (value, parameter, entries, context) => {
    const found: IndexEntry[] = [];
    add(value, parameter, found, context);
    for (const entry of found) {
      if (entry.kind !== 'string') continue;
      for (const code of soundsOf(entry.folded)) entries.push({ kind: 'token', parameter, code });
    }
  };

/**
 * Strings that are searched by how they sound (`xpathUsage` phonetic): every word of the value must sound like one of theirs.
 * https://hl7.org/fhir/R4/searchparameter-definitions.html#SearchParameter.xpathUsage
 */
export const phoneticType: SearchType = {
  modifiers: [],
  parse(use) {
    if (use.modifier !== undefined) throw refuseModifier(use, []);
    const { code: parameter } = use.parameter;
    const anyOf = use.values.map((value): Condition => {
      const sounds = soundsOf(foldText(unescapeValue(value)));
      if (sounds.length === 0) throw refuseValue(use, 'a name with at least one letter');
      const allOf = sounds.map((code): Condition => ({ kind: 'token', parameter, anyOf: [{ code }] }));
      return allOf.length === 1 ? allOf[0]! : { kind: 'all', allOf };
    });
    return anyOf.length === 1 ? anyOf[0]! : { kind: 'any', anyOf };
  },
  entries: Object.fromEntries(Object.entries(stringType.entries).map(([type, add]) => [type, bySound(add)])),
};
