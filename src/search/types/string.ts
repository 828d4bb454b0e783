import { isJsonObject, type Json } from '../../fhir/resource.ts';
import { unescapeValue } from '../escape.ts';
import { foldText } from '../fold-text.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { StringValue } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { AddEntries, ParameterUse, SearchType } from '../search-type.ts';

const MODIFIERS = new Map<string | undefined, StringValue['match']>([
  [undefined, 'starts'],
  ['exact', 'exact'],
  ['contains', 'contains'],
]);

/** https://hl7.org/fhir/R4/search.html#string */
export const stringType: SearchType = {
  modifiers: ['exact', 'contains'],
  parse(use) {
    const match = MODIFIERS.get(use.modifier);
    if (match === undefined) throw refuseModifier(use, ['exact', 'contains']);
    const anyOf =
      match === 'exact'
        ? use.values.map((value): StringValue => ({ match, text: unescapeValue(value) }))
        : foldedTexts(use, match);
    return { kind: 'string', parameter: use.parameter.code, anyOf };
  },
  entries: {
    string: addText,
    markdown: addText,
    code: addText,
    id: addText,
    uri: addText,
    HumanName: addParts('family', 'given', 'prefix', 'suffix', 'text'),
    Address: addParts('line', 'city', 'district', 'state', 'postalCode', 'country', 'text'),
  },
};

/** The values as text that is compared without case, accents and punctuation. */
export const foldedTexts = (use: ParameterUse, match: 'starts' | 'contains' = 'starts'): StringValue[] =>
  use.values.map(value => {
    const text = foldText(unescapeValue(value));
    if (text === '') {
      const exact = use.modifier === 'text' ? '' : ' (or use :exact)';
      throw refuseValue(use, `text with at least one letter or digit${exact}`);
    }
    return { match, text };
  });

function addText(text: Json | undefined, parameter: string, entries: IndexEntry[]): void {
  if (typeof text === 'string') entries.push({ kind: 'string', parameter, text, folded: foldText(text) });
}

function addParts(...names: readonly string[]): AddEntries {
  return (value, parameter, entries) => {
    if (!isJsonObject(value)) return;
    for (const name of names) {
      const part = value[name];
      if (Array.isArray(part)) for (const text of part) addText(text, parameter, entries);
      else addText(part, parameter, entries);
    }
  };
}
