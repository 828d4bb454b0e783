import { isId, parseReference } from '../../fhir/reference.ts';
import { isJsonObject, type Json } from '../../fhir/resource.ts';
import { unescapeValue } from '../escape.ts';
import { derivedName, type IndexEntry } from '../index-entry.ts';
import type { Condition, ReferenceValue } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { ParameterUse, SearchContext, SearchType } from '../search-type.ts';
import { addIdentifierToken, tokenType } from './token.ts';

/** https://hl7.org/fhir/R4/search.html#reference */
export const referenceType: SearchType = {
  modifiers: ['identifier'],
  parse(use) {
    const { code } = use.parameter;
    if (use.modifier === 'identifier') {
      const identifier = tokenType.parse({ ...use, modifier: undefined });
      return { ...identifier, parameter: `${code}:identifier` } as Condition;
    }
    const targets: readonly string[] = use.parameter.target ?? [];
    if (use.modifier !== undefined && !targets.includes(use.modifier))
      throw refuseModifier(use, ['identifier', ...targets]);
    const type = use.modifier ?? (targets.length === 1 ? targets[0] : undefined);
    const anyOf = use.values.map(value => parseValue(unescapeValue(value), type, use));
    return { kind: 'reference', parameter: use.parameter.code, anyOf };
  },
  entries: {
    Reference: (value, parameter, entries, context) => {
      if (!isJsonObject(value)) return;
      addReference(value.reference, parameter, entries, context);
      if (value.identifier !== undefined) {
        addIdentifierToken(value.identifier, derivedName(parameter, 'identifier'), entries, context);
      }
    },
    canonical: addReference,
    uri: addReference,
    url: addReference,
  },
};

/** References within the resource (`#id`) are not indexed: nobody outside can name their target. */
function addReference(text: Json | undefined, parameter: string, entries: IndexEntry[], context: SearchContext): void {
  if (typeof text !== 'string') return;
  const reference = parseReference(text, context.baseUrl);
  switch (reference.kind) {
    case 'local':
      entries.push({ kind: 'reference', parameter, type: reference.resourceType, id: reference.id });
      break;
    case 'canonical':
      entries.push({ kind: 'reference', parameter, url: text });
      addReference(reference.url, parameter, entries, context);
      break;
    case 'uuid':
    case 'oid':
    case 'external':
      entries.push({ kind: 'reference', parameter, url: reference.url });
  }
}

function parseValue(text: string, type: string | undefined, use: ParameterUse): ReferenceValue {
  if (isId(text)) return type === undefined ? { id: text } : { type, id: text };
  const reference = parseReference(text, use.baseUrl);
  switch (reference.kind) {
    case 'local':
      if (use.modifier !== undefined && reference.resourceType !== use.modifier) {
        throw refuseValue(use, `a reference to ${use.modifier}, as its modifier says`);
      }
      return { type: reference.resourceType, id: reference.id };
    case 'canonical':
      return { url: text };
    case 'uuid':
    case 'oid':
    case 'external':
      return { url: reference.url };
    default:
      throw refuseValue(use, `an id, a reference (${type ?? 'Type'}/id) or an absolute url`);
  }
}
