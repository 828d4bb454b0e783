import { isJsonObject, type Json } from '../../fhir/resource.ts';
import { splitEscaped, unescapeValue } from '../escape.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { TokenValue } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { AddEntries, ParameterUse, SearchType } from '../search-type.ts';

/** https://hl7.org/fhir/R4/search.html#token */
export const tokenType: SearchType = {
  parse(use) {
    if (use.modifier !== undefined) throw refuseModifier(use, []);
    return { kind: 'token', parameter: use.parameter.code, anyOf: use.values.map(value => parseToken(value, use)) };
  },
  entries: {
    boolean: addPrimitive,
    code: addPrimitive,
    id: addPrimitive,
    string: addPrimitive,
    uri: addPrimitive,
    url: addPrimitive,
    canonical: addPrimitive,
    oid: addPrimitive,
    uuid: addPrimitive,
    Coding: addSystemAnd('code'),
    Identifier: addSystemAnd('value'),
    ContactPoint: addSystemAnd('value'),
    CodeableConcept: (value, parameter, entries, context) => {
      if (!isJsonObject(value) || !Array.isArray(value.coding)) return;
      for (const coding of value.coding) addCoding(coding, parameter, entries, context);
    },
  },
};

const addCoding = addSystemAnd('code');

function addPrimitive(value: Json, parameter: string, entries: IndexEntry[]): void {
  if (typeof value === 'string' || typeof value === 'boolean') {
    entries.push({ kind: 'token', parameter, code: String(value) });
  }
}

function addSystemAnd(codeElement: 'code' | 'value'): AddEntries {
  return (value, parameter, entries) => {
    if (!isJsonObject(value)) return;
    const { system, [codeElement]: code } = value;
    if (typeof code === 'string') {
      if (typeof system === 'string') entries.push({ kind: 'token', parameter, system, code });
      else entries.push({ kind: 'token', parameter, code });
    } else if (typeof system === 'string') {
      entries.push({ kind: 'token', parameter, system });
    }
  };
}

function parseToken(text: string, use: ParameterUse): TokenValue {
  const [first = '', second, ...more] = splitEscaped(text, '|').map(unescapeValue);
  if (second === undefined) return { code: first };
  if (more.length > 0 || (first === '' && second === '')) {
    throw refuseValue(
      use,
      '"code", "system|code", "|code" (no system) or "system|" (any code); write "\\|" for a "|" within',
    );
  }
  return second === '' ? { system: first } : { system: first, code: second };
}
