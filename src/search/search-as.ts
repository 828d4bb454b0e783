import type { SearchParameter } from '../definitions/definitions.ts';

const SEARCH_AS = 'https://kiungo.example/fhir/StructureDefinition/search-as';

/** One search that a search parameter stands for. */
export interface SearchAs {
  /** The value of the parameter that it is for; undefined: `search` is a name that takes any value. */
  value: string | undefined;
  /** A name, or where a value is named a name with its value. */
  search: string;
}

/** The searches that a parameter of our own stands for, by its extensions `search-as`; empty for all others. */
export const searchesAs = ({ extension = [] }: SearchParameter): SearchAs[] =>
  extension.flatMap(({ url, extension: parts = [] }) => {
    if (url !== SEARCH_AS) return [];
    const text = (name: string): string | undefined => parts.find(part => part.url === name)?.valueString;
    const search = text('search');
    return search === undefined ? [] : [{ value: text('value'), search }];
  });
