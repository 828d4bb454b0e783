import type { Json } from '../../fhir/resource.ts';
import { unescapeValue } from '../escape.ts';
import type { IndexEntry } from '../index-entry.ts';
import { refuseModifier } from '../refuse-value.ts';
import type { SearchType } from '../search-type.ts';

/** Found by the whole of it, letter by letter, as a code is that has no system. https://hl7.org/fhir/R4/search.html#uri */
export const uriType: SearchType = {
  parse(use) {
    if (use.modifier !== undefined) throw refuseModifier(use, []);
    return {
      kind: 'token',
      parameter: use.parameter.code,
      anyOf: use.values.map(value => ({ code: unescapeValue(value) })),
    };
  },
  entries: { uri: addUri, url: addUri, canonical: addUri, oid: addUri, uuid: addUri },
};

function addUri(value: Json, parameter: string, entries: IndexEntry[]): void {
  if (typeof value === 'string') entries.push({ kind: 'token', parameter, code: value });
}
