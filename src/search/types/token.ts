import { isJsonObject, type Json } from '../../fhir/resource.ts';
import { escapeValue, splitEscaped, unescapeValue } from '../escape.ts';
import { foldText } from '../fold-text.ts';
import { derivedName, type IndexEntry } from '../index-entry.ts';
import type { Condition, TokenValue } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { AddEntries, ParameterUse, SearchType } from '../search-type.ts';
import { valueTypes } from '../value-types.ts';
import { foldedTexts } from './string.ts';
import { codesAround, codesIn } from './terminology-codes.ts';

const MODIFIERS = ['text', 'not', 'of-type', 'in', 'not-in', 'above', 'below'];

/** https://hl7.org/fhir/R4/search.html#token */
export const tokenType: SearchType = {
  modifiers: MODIFIERS,
  parse(use) {
    const { code } = use.parameter;
    const tokens = (anyOf: readonly TokenValue[]): Condition => ({ kind: 'token', parameter: code, anyOf });
    switch (use.modifier) {
      case undefined:
        return tokens(parseTokens(use));
      case 'not':
        return { kind: 'not', none: tokens(parseTokens(use)) };
      case 'text':
        return { kind: 'string', parameter: `${code}:text`, anyOf: foldedTexts(use) };
      case 'of-type':
        return { kind: 'token', parameter: `${code}:of-type`, anyOf: parseOfType(use) };
      case 'in':
        return tokens(codesIn(use));
      case 'not-in':
        return { kind: 'not', none: tokens(codesIn(use)) };
      case 'above':
      case 'below':
        return tokens(codesAround(use, use.modifier, parseTokens({ ...use, modifier: undefined })));
      default:
        throw refuseModifier(use, MODIFIERS);
    }
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
    Coding: addCoding,
    Identifier: (value, parameter, entries, context) => {
      addIdentifier(value, parameter, entries, context);
      if (isJsonObject(value)) addTypeOf(value.type, value.value, parameter, entries);
    },
    ContactPoint: addSystemAnd('value'),
    CodeableConcept: (value, parameter, entries, context) => {
      if (!isJsonObject(value)) return;
      if (Array.isArray(value.coding)) {
        for (const coding of value.coding) addCoding(coding, parameter, entries, context);
      }
      addText(value.text, parameter, entries);
    },
  },
};

const addIdentifier = addSystemAnd('value');
const addCode = addSystemAnd('code');

/** Tokens that a reference, too, is found by: those of the identifier in it. */
export const addIdentifierToken = addIdentifier;

function addCoding(value: Json, parameter: string, entries: IndexEntry[], context: Parameters<AddEntries>[3]): void {
  addCode(value, parameter, entries, context);
  if (isJsonObject(value)) addText(value.display, parameter, entries);
}

function addText(text: Json | undefined, parameter: string, entries: IndexEntry[]): void {
  if (typeof text !== 'string') return;
  const folded = foldText(text);
  if (folded !== '') entries.push({ kind: 'text', parameter: derivedName(parameter, 'text'), text: folded });
}

/** An identifier under each code of its type, and what the type is called. */
function addTypeOf(type: Json | undefined, value: Json | undefined, parameter: string, entries: IndexEntry[]): void {
  if (!isJsonObject(type)) return;
  addText(type.text, parameter, entries);
  if (typeof value !== 'string' || !Array.isArray(type.coding)) return;
  for (const coding of type.coding) {
    if (!isJsonObject(coding) || typeof coding.code !== 'string') continue;
    const code = typedValue(coding.code, value);
    const { system } = coding;
    entries.push({
      kind: 'token',
      parameter: derivedName(parameter, 'of-type'),
      ...(typeof system === 'string' && { system }),
      code,
    });
  }
}

/** Two texts as one, so that no other two make the same. */
const typedValue = (code: string, value: string): string => `${escapeValue(code)}|${value}`;

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

const parseTokens = (use: ParameterUse): TokenValue[] =>
  use.values.map(value => withoutBoundSystem(parseToken(value, use), use));

/** Elements of the type `code` have no system of their own: it is that of their value set. */
function withoutBoundSystem(token: TokenValue, { parameter, resourceType, definitions }: ParameterUse): TokenValue {
  const { system, code } = token;
  if (!system || code === undefined) return token;
  const { codesFrom } = valueTypes(parameter, resourceType, definitions);
  return codesFrom.some(url => definitions.valueSet(url)?.systems.includes(system)) ? { code } : token;
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

function parseOfType(use: ParameterUse): TokenValue[] {
  const { types } = valueTypes(use.parameter, use.resourceType, use.definitions);
  if (types.size > 0 && !types.has('Identifier')) {
    throw refuseModifier(
      use,
      MODIFIERS.filter(name => name !== 'of-type'),
    );
  }
  return use.values.map(text => {
    const [system = '', code = '', value = '', ...more] = splitEscaped(text, '|').map(unescapeValue);
    if (code === '' || value === '' || more.length > 0) {
      throw refuseValue(use, '"system|code|value": system and code of the identifier\'s type, and its value');
    }
    return { ...(system !== '' && { system }), code: typedValue(code, value) };
  });
}
