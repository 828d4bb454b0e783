import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapabilityStatement } from 'fhir/r4.js';
import type { SearchParameter } from '../src/definitions/definitions.ts';
import { loadDefinitions } from '../src/definitions/load-definitions.ts';
import { alternativesFor } from '../src/search/element-path.ts';
import { SORT_KINDS } from '../src/search/parse-search.ts';
import { searchesAs } from '../src/search/search-as.ts';
import { SEARCH_TYPES, whyNotSearchable } from '../src/search/search-types.ts';

const ROOT = join(import.meta.dirname, '..');
const TEMPLATE = join(ROOT, 'docs/search.md');
const PLACE = /(<!-- made of the code: (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g;

/** Types of parameters in the order in which the specification tells of them. */
const TYPES = ['number', 'date', 'string', 'token', 'reference', 'composite', 'quantity', 'uri', 'special'] as const;

const code = (text: string): string => `\`${text}\``;
const row = (...cells: string[]): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: string[], rows: string[][]): string =>
  [row(...head), `|${head.map(() => '---|').join('')}`, ...rows.map(cells => row(...cells))].join('\n');

const modifiersOf = (type: SearchParameter['type']): string =>
  [...SEARCH_TYPES[type].modifiers, 'missing', ...(type === 'reference' ? ['Type'] : [])]
    .map(modifier => code(`:${modifier}`))
    .join(' ');

const typesTable = (): string =>
  table(
    ['type', 'modifiers', 'prefixes', 'sorted by', 'FHIR types that it finds'],
    TYPES.map(type => [
      type,
      modifiersOf(type),
      SEARCH_TYPES[type].hasPrefixes ? 'yes' : '',
      SORT_KINDS[type] === undefined ? '' : 'yes',
      type === 'composite' ? 'what its two parameters find' : Object.keys(SEARCH_TYPES[type].entries).sort().join(', '),
    ]),
  );

const whatItFinds = (resourceType: string, parameter: SearchParameter): string => {
  const searches = searchesAs(parameter);
  if (searches.length === 0)
    return alternativesFor(resourceType, parameter.expression ?? '')
      .map(code)
      .join(' ');
  const prefix = parameter.comparator?.length === 1 ? parameter.comparator[0] : '';
  return searches
    .map(({ value, search }) => (value === undefined ? code(`${search}=${prefix}...`) : `${value}: ${code(search)}`))
    .join(', ');
};

const load = () =>
  loadDefinitions({
    folders: ['profiles/r4', 'profiles/openimis', 'profiles/kiungo'].map(folder => join(ROOT, folder)),
    packages: [],
  });

type Loaded = ReturnType<typeof load>;

const isCommon = ({ base }: SearchParameter): boolean => base.includes('Resource') || base.includes('DomainResource');

const parametersTable = (definitions: Loaded): string => {
  const file = readFileSync(join(ROOT, 'capability-statements/openimis.json'), 'utf8');
  const types = (JSON.parse(file) as CapabilityStatement).rest![0]!.resource!.map(({ type }) => type as string);
  return types
    .toSorted()
    .map(resourceType => {
      const own = [...definitions.searchParameters(resourceType).values()]
        .filter(parameter => !isCommon(parameter) && whyNotSearchable(parameter) === undefined)
        .sort((a, b) => (a.code < b.code ? -1 : 1));
      const rows = own.map(parameter => [code(parameter.code), parameter.type, whatItFinds(resourceType, parameter)]);
      return `### ${resourceType}\n\n${table(['parameter', 'type', 'finds by'], rows)}`;
    })
    .join('\n\n');
};

/** Stands for a search, and finds nothing by itself. */
const NAMED = '_query';

const refusedTable = (definitions: Loaded): string => {
  const reasons = new Map<string, Set<string>>();
  for (const resourceType of definitions.resourceTypes) {
    for (const parameter of definitions.searchParameters(resourceType).values()) {
      const reason = whyNotSearchable(parameter);
      if (reason === undefined || parameter.code === NAMED) continue;
      const name = isCommon(parameter) ? parameter.code : `${resourceType}.${parameter.code}`;
      reasons.set(reason, (reasons.get(reason) ?? new Set()).add(name));
    }
  }
  return table(
    ['parameters', 'why'],
    [...reasons].map(([reason, names]) => [[...names].sort().map(code).join(' '), reason]),
  );
};

/** `docs/search.md` with its tables as the code has them: its path from the root of the project, and its text. */
export const buildSearchDocument = (): [path: string, text: string] => {
  const definitions = load();
  const parts: Record<string, () => string> = {
    types: typesTable,
    parameters: () => parametersTable(definitions),
    refused: () => refusedTable(definitions),
  };
  const text = readFileSync(TEMPLATE, 'utf8').replace(
    PLACE,
    (_whole, begin: string, name: string, end: string) => `${begin}\n${parts[name]!()}\n${end}`,
  );
  return ['docs/search.md', text];
};
