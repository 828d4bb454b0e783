import { describe, expect, it } from 'vitest';
import { leastResource } from '../../test/fixtures/least-resource.ts';
import { BASE_URL } from '../../test/fixtures/parameter-use.ts';
import type { SearchParameter } from '../definitions/definitions.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { END_OF_TIME } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/resource.ts';
import { alternativesFor, elementPaths } from './element-path.ts';
import { createExtractor } from './extract.ts';
import type { IndexEntry } from './index-entry.ts';
import { matches, type Others } from './match.ts';
import { parseSearch } from './parse-search.ts';
import { searchesAs } from './search-as.ts';
import { SEARCH_TYPES, whyNotSearchable } from './search-types.ts';

const definitions = loadDefinitions({ folders: ['profiles/r4', 'profiles/kiungo'], packages: [] });
const extract = createExtractor(definitions, { baseUrl: BASE_URL, timeZone: 'UTC' });
const NOBODY: Others = { read: () => undefined, all: () => [] };

const isFound = (resource: Resource, name: string, value: string): boolean => {
  const { resourceType } = resource;
  const { query } = parseSearch({
    resourceType,
    parameters: [[name, value]],
    parametersOf: type => definitions.searchParameters(type),
    definitions,
    handling: 'strict',
    ...{ baseUrl: BASE_URL, timeZone: 'UTC', now: 0, defaultCount: 20, maxCount: 1000 },
  });
  const item = { resourceType, id: 'a', lastUpdated: 0, index: extract(resource) };
  return query.where.every(condition => matches(item, condition, NOBODY));
};

/** Searches that find an entry, each a modifier and a value. */
const searchesFor = (
  { type, target: targets = [] }: SearchParameter,
  entry: IndexEntry,
): [modifier: string, value: string][] => {
  switch (entry.kind) {
    case 'string': {
      const part: [string, string] = [':contains', entry.text.slice(1).toUpperCase()];
      return [['', entry.text.slice(0, 2)], [':exact', entry.text], part];
    }
    case 'reference': {
      const { type: target, id, url } = entry;
      if (url !== undefined) return [['', url]];
      const whole: [string, string] = ['', `${target}/${id}`];
      // An id alone is that of the one type that is meant, or of any.
      return (targets as string[]).includes(target!) ? [whole, ['', id!], [`:${target}`, id!]] : [whole];
    }
    case 'token': {
      const { system, code } = entry;
      const above: [string, string] = [':above', `${code}/more`];
      if (type === 'uri') return [['', code!], [':below', 'http://a.example'], above];
      const alone: [string, string] = ['', system === undefined ? `|${code}` : `${system}|`];
      return [['', code!], alone, ['', `${system ?? ''}|${code}`]];
    }
    case 'date':
      // What has no end is within nothing.
      return [
        ['', entry.high === END_OF_TIME ? 'gt2024' : '2024'],
        ['', 'ge2024-02'],
        ['', 'lt2025'],
      ];
    case 'number':
      return [
        ['', entry.high === Number.POSITIVE_INFINITY ? 'gt1812' : '0.5,5'],
        ['', 'gt0.1'],
        ['', 'le6'],
      ];
    default:
      return [];
  }
};

/** What finds none of the least resources. */
const OTHER: Record<string, string> = {
  token: 'urn:other|zzz',
  reference: 'Basic/zzz',
  string: 'zzz',
  date: '1812',
  uri: 'urn:zzz',
  number: '1812',
  quantity: '1812',
};

describe('every search parameter of every type', () => {
  it('finds what has its element by each of its forms, and nothing else', () => {
    const faults: string[] = [];
    let searches = 0;
    const expectFound = (resource: Resource, name: string, value: string, expected: boolean): void => {
      searches++;
      if (isFound(resource, name, value) !== expected)
        faults.push(`${resource.resourceType}?${name}=${value}: not ${expected}`);
    };
    for (const resourceType of definitions.resourceTypes) {
      for (const parameter of definitions.searchParameters(resourceType).values()) {
        const { code, type, expression } = parameter;
        if (whyNotSearchable(parameter) !== undefined || expression === undefined || searchesAs(parameter).length > 0)
          continue;
        if (OTHER[type] === undefined || code === '_id' || code === '_lastUpdated') continue;
        for (const path of alternativesFor(resourceType, expression).flatMap(
          alternative => elementPaths(alternative, resourceType, definitions) ?? [],
        )) {
          if (SEARCH_TYPES[type].entries[path.type] === undefined) continue;
          const resource = leastResource(resourceType, path.steps, path.type);
          const own = extract(resource).filter(entry => entry.parameter === code);
          for (const [modifier, value] of own.flatMap(entry => searchesFor(parameter, entry))) {
            expectFound(resource, code + modifier, value, true);
          }
          expectFound(resource, code, OTHER[type]!, false);
          expectFound(resource, `${code}:missing`, 'false', true);
          expectFound(resource, `${code}:missing`, 'true', false);
        }
        // Whether a patient is deceased is said by leaving it out, too.
        if (code !== 'deceased') expectFound({ resourceType }, `${code}:missing`, 'true', true);
      }
    }
    expect(faults).toEqual([]);
    expect(searches).toBeGreaterThan(10_000);
  });
});
