import type { CodeSystem, ValueSet } from 'fhir/r4.js';
import { createTerminology } from './create-terminology.ts';
import type { Terminology } from './terminology.ts';

export const FRUIT = 'https://example.org/fruit';

/** A small code system: nested concepts, one placed by property, one that only groups, one that is out of use. */
export const fruit: CodeSystem = {
  resourceType: 'CodeSystem',
  url: FRUIT,
  version: '1',
  status: 'active',
  content: 'complete',
  caseSensitive: true,
  property: [
    { code: 'colour', type: 'code' },
    { code: 'grafted', type: 'boolean' },
    { code: 'group', type: 'boolean', uri: 'http://hl7.org/fhir/concept-properties#notSelectable' },
  ],
  concept: [
    {
      code: 'citrus',
      display: 'Citrus fruit',
      property: [{ code: 'group', valueBoolean: true }],
      concept: [
        { code: 'lemon', display: 'Lemon', property: [{ code: 'colour', valueCode: 'yellow' }] },
        { code: 'lime', display: 'Lime' },
      ],
    },
    {
      code: 'banana',
      display: 'Banana',
      designation: [{ language: 'sw', value: 'Ndizi' }],
      property: [
        { code: 'colour', valueCode: 'yellow' },
        { code: 'parent', valueCode: 'berry' },
      ],
    },
    { code: 'berry', display: 'Berry' },
    { code: 'medlar', display: 'Medlar', property: [{ code: 'inactive', valueBoolean: true }] },
  ],
};

export type Compose = NonNullable<ValueSet['compose']>;

export const valueSet = (url: string, compose: Compose): ValueSet => ({
  resourceType: 'ValueSet',
  url,
  status: 'active',
  compose,
});

/** The terminology of these definitions, found by url alone. */
export const terminologyOf = (...definitions: readonly (CodeSystem | ValueSet)[]): Terminology => {
  const sources = definitions.map(definition => ({ definition, read: () => definition }));
  return createTerminology({
    find: (resourceType, canonical) =>
      sources.find(
        ({ definition }) => definition.resourceType === resourceType && definition.url === canonical.split('|', 1)[0],
      ),
    supplements: url =>
      sources.filter(
        ({ definition }) =>
          definition.resourceType === 'CodeSystem' &&
          definition.content === 'supplement' &&
          definition.supplements === url,
      ),
  });
};
