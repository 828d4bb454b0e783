import type { Json } from '../../fhir/resource.ts';
import { unescapeValue } from '../escape.ts';
import { derivedName, type IndexEntry } from '../index-entry.ts';
import type { Condition } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { ParameterUse, SearchType } from '../search-type.ts';

const MODIFIERS = ['above', 'below'];

/** Found by the whole of it, letter by letter, as a code is that has no system. https://hl7.org/fhir/R4/search.html#uri */
export const uriType: SearchType = {
  modifiers: MODIFIERS,
  parse(use) {
    const { code } = use.parameter;
    const values = use.values.map(unescapeValue);
    const whole = (urls: readonly string[]): Condition => ({
      kind: 'token',
      parameter: code,
      anyOf: urls.map(url => ({ code: url })),
    });
    switch (use.modifier) {
      case undefined:
        return whole(values);
      case 'above':
        return whole(values.flatMap(value => pathsAbove(value, use)));
      case 'below': {
        const starts = values.map(value => ({ match: 'starts' as const, text: `${pathsAbove(value, use)[0]!}/` }));
        return { kind: 'any', anyOf: [whole(values), { kind: 'string', parameter: `${code}:below`, anyOf: starts }] };
      }
      default:
        throw refuseModifier(use, MODIFIERS);
    }
  },
  entries: {
    uri: addUri,
    url: addUri,
    oid: addUri,
    uuid: addUri,
    canonical: (value, parameter, entries) => {
      addUri(value, parameter, entries);
      // A version belongs to the reference, not to the address.
      const bar = typeof value === 'string' ? value.lastIndexOf('|') : -1;
      if (bar > 0) addUri((value as string).slice(0, bar), parameter, entries);
    },
  },
};

function addUri(value: Json, parameter: string, entries: IndexEntry[]): void {
  if (typeof value !== 'string') return;
  entries.push({ kind: 'token', parameter, code: value });
  if (isUrl(value)) entries.push({ kind: 'text', parameter: derivedName(parameter, 'below'), text: value });
}

const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text);

/** A URL without a slash at its end, and what is above it down to the host. */
function pathsAbove(value: string, use: ParameterUse): string[] {
  if (!isUrl(value)) throw refuseValue(use, `a URL with "://" in it, as the modifier ":${use.modifier}" asks for`);
  const paths: string[] = [];
  const host = value.indexOf('://') + 3;
  for (let end = value.length; end > host; end = value.lastIndexOf('/', end - 1)) {
    paths.push(value.slice(0, end));
    if (end === value.length && value.endsWith('/')) paths.pop();
  }
  return paths.length === 0 ? [value] : [...paths, ...paths.map(path => `${path}/`)];
}
