import type { ElementDefinition } from 'fhir/r4.js';
import { expect, test } from 'vitest';
import { readPublishedStructures } from '../../scripts/published-r4.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { StructureWithSnapshot } from './definitions.ts';
import { loadDefinitions } from './load-definitions.ts';

/** Every profile that R4 publishes with a differential and a snapshot is built of its differential and compared, element by element. */

const r4 = loadDefinitions({ folders: ['profiles/r4'], packages: [] });
const profilesOf = (file: string) =>
  readPublishedStructures([file]).filter(({ derivation }) => derivation === 'constraint');
const published = [
  ...profilesOf('profiles-others.json'),
  ...profilesOf('profiles-types.json'),
  ...profilesOf('extension-definitions.json'),
];

const INVARIANTS_OF_PROFILE = 'repeats the invariants of the type profile, which are judged where that profile is';
const LOST = 'loses the sliced element itself where it has a slice';

/** Elements, by the start of their id, where the published snapshot is not what the differential and the base make, and why. */
const DIFFERENT: Record<string, [ids: RegExp, count: number, reason: string]> = {
  'familymemberhistory-genetic': [
    /^FamilyMemberHistory\.(relationship|sex|born\[x\]|age\[x\]|deceased\[x\]|condition)(\.|$)/,
    14,
    LOST,
  ],
  catalog: [/^Composition\.date$/, 1, LOST],
  'provenance-relevant-history': [
    /^Provenance\.(agent:Author\.type|entity\.agent)$/,
    2,
    'gives a slice the binding of the base, not of what it slices, and points a content reference at a slice',
  ],
  bp: [
    /^Observation\.component:\w+\.value\[x\]/,
    32,
    'narrows a choice within a slice without the slice by type that it makes of the same differential elsewhere',
  ],
  'elementdefinition-de': [
    /^ElementDefinition\.extension:\w+\./,
    8,
    'writes out what the definition of the extension holds, which the differential does not touch',
  ],
  cholesterol: [/^Observation\.referenceRange\.high$/, 1, INVARIANTS_OF_PROFILE],
  hdlcholesterol: [/^Observation\.referenceRange\.low$/, 1, INVARIANTS_OF_PROFILE],
  ldlcholesterol: [/^Observation\.referenceRange\.high$/, 1, INVARIANTS_OF_PROFILE],
};

const VALUES = /^(fixed|pattern|defaultValue|minValue|maxValue)[A-Z]/;

/** All that an element asks for, in a form that does not tell apart what means the same. */
const facts = (element: ElementDefinition) => ({
  path: element.path,
  sliceName: element.sliceName,
  sliceIsConstraining: element.sliceIsConstraining ?? false,
  representation: element.representation,
  min: element.min,
  max: element.max,
  base: element.base,
  maxLength: element.maxLength,
  contentReference: element.contentReference,
  type: (element.type ?? []).map(({ extension: _, ...type }) => type),
  values: Object.entries(element).filter(([name]) => VALUES.test(name)),
  binding: element.binding?.valueSet && [element.binding.strength, element.binding.valueSet],
  constraint: (element.constraint ?? [])
    .map(({ key, severity, expression }) => `${key} ${severity} ${expression}`)
    .sort(),
  slicing: element.slicing && [element.slicing.discriminator, element.slicing.rules, element.slicing.ordered ?? false],
  mustSupport: element.mustSupport ?? false,
  isModifier: element.isModifier ?? false,
  isSummary: element.isSummary ?? false,
});

const factsById = ({ snapshot }: StructureWithSnapshot): Map<string, string> =>
  new Map(snapshot.element.map(element => [`${element.id}`, JSON.stringify(facts(element))]));

test('there are 44 profiles on resources and types, and the extensions', () => {
  expect(published.filter(({ type }) => type !== 'Extension').length).toBeGreaterThan(44);
  expect(profilesOf('profiles-others.json')).toHaveLength(44);
  expect(published.length).toBeGreaterThan(430);
});

test.each(published.map(structure => [`${structure.id}`, structure] as const))(
  '%s is built as published',
  (id, structure) => {
    const { snapshot: _, ...differentialOnly } = structure;
    const built = factsById(buildSnapshot(differentialOnly, r4.structureDefinition));
    const expected = factsById(r4.structureDefinition(structure.url)!);
    const ids = [...new Set([...expected.keys(), ...built.keys()])];
    const [listed, count] = DIFFERENT[id] ?? [/^$/, 0];
    const isListed = (each: string): boolean => listed.test(each);
    const shown = (snapshot: Map<string, string>) => [...snapshot].filter(([each]) => !isListed(each));
    expect(shown(built)).toEqual(shown(expected));
    expect(ids.filter(each => isListed(each) && built.get(each) !== expected.get(each))).toHaveLength(count);
  },
);
