import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, Resource } from '../../src/fhir/resource.ts';
import type { JsonSchema } from '../../src/json-schema/json-schema.ts';
import { primitiveSchemas } from '../../src/json-schema/primitive-schemas.ts';
import { createValidator } from '../../src/validation/create-validator.ts';
import { primitives } from '../../src/validation/primitives.ts';
import { validResources } from '../../src/validation/test-resources.ts';
import { exampleFolder, readExamples } from '../real-input/examples.ts';
import { schemaOf, shipped, takes } from './shipped-schemas.ts';

/** Whatever a schema refuses, the validator refuses. */

const validator = createValidator(shipped);
const FIXTURES = new URL('../fixtures/', import.meta.url).pathname;

const profileOf = (file: string): string => {
  const [, id = ''] = /^([a-z-]+)\./.exec(file) ?? [];
  return `${shipped.conformanceResource('StructureDefinition', id)?.url}`;
};
const fixtures = (set: 'valid' | 'invalid'): [string, Resource, string][] =>
  readdirSync(`${FIXTURES}${set}`)
    .filter(file => file !== 'expected.json')
    .map(file => [file, JSON.parse(readFileSync(`${FIXTURES}${set}/${file}`, 'utf8')), profileOf(file)]);

const schemas = new Map<string, JsonSchema>();

const schemaBy = (name: string): JsonSchema => {
  const schema = schemas.get(name) ?? schemaOf(name);
  schemas.set(name, schema);
  return schema;
};

/** What schemas and validator say of a resource, by its type and by a profile; false where one of them refuses it. */
const judge = (resource: Resource, profile: string | undefined): { schema: boolean; validator: boolean } => {
  const profiles = profile === undefined ? [] : [profile];
  return {
    schema: [resource.resourceType, ...profiles].every(name => takes(schemaBy(name), resource)),
    validator: validator.isValid(resource, profiles),
  };
};

/** Every place of a value: the object or array that holds it, and its name there. */
const placesOf = (value: Json, found: [Record<string, Json>, string][] = []): [Record<string, Json>, string][] => {
  if (typeof value !== 'object' || value === null) return found;
  const holder = value as Record<string, Json>;
  for (const name of Object.keys(holder)) {
    if (name !== 'resourceType') found.push([holder, name]);
    placesOf(holder[name]!, found);
  }
  return found;
};

const extended = (): Json => ({ extension: [{ url: 'http://example.org/x', valueString: 'x' }] });
const ODD: Json[] = [
  ...[null, '', ' ', 'x', 'a b', 'a  b', '\u00a0', 'é', 'x\u0000', 0, 1, -1, 1.5, 2 ** 31, true, [], {}, [null], [{}]],
  ...['2024', '2024-02-30', '2024-02-29T24:00:00Z', '2024-02-29T23:59:60+14:00', '0000', 'urn:uuid:x', 'AAAA', 'A==='],
  extended(),
  { coding: [{ code: 'x' }] },
  { value: 1 },
  '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
];

/** Ways to change what is at one place of a resource. */
const CHANGES: ((holder: Record<string, Json>, name: string, odd: Json) => void)[] = [
  (holder, name) => {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
  },
  (holder, name, odd) => {
    holder[name] = odd;
  },
  (holder, name) => {
    const value = holder[name];
    holder[name] = Array.isArray(value) ? value[0]! : [value!];
  },
  (holder, name) => {
    const value = holder[name];
    if (Array.isArray(value)) value.push(...structuredClone(value));
  },
  (holder, name, odd) => {
    if (!Array.isArray(holder)) holder[`_${name}`] = odd;
  },
  (holder, name) => {
    // The value goes, its twin stays.
    if (Array.isArray(holder)) return;
    holder[`_${name}`] = Array.isArray(holder[name]) ? [extended()] : extended();
    delete holder[name];
  },
  (holder, name, odd) => {
    if (!Array.isArray(holder)) holder[name.replace(/[A-Z].*$/, 'String')] = odd;
  },
  (holder, name) => {
    const value = holder[name];
    if (typeof value === 'string') holder[name] = value.toUpperCase();
  },
];

const changes = fc.array(
  fc.record({ place: fc.nat(), change: fc.nat(CHANGES.length - 1), odd: fc.nat(ODD.length - 1) }),
  { minLength: 1, maxLength: 2 },
);

const changed = (resource: Resource, steps: { place: number; change: number; odd: number }[]): Resource => {
  const copy = structuredClone(resource);
  for (const { place, change, odd } of steps) {
    const places = placesOf(copy);
    const at = places[place % places.length];
    if (at !== undefined) CHANGES[change]!(...at, structuredClone(ODD[odd]!));
  }
  return copy;
};

describe('what a schema refuses', () => {
  const own = Object.entries(validResources).map(([name, make]): [string, Resource, string | undefined] => [
    name,
    make(),
    undefined,
  ]);
  const valid: [string, Resource, string | undefined][] = [...own, ...fixtures('valid')];

  it.each(valid)('is refused by the validator, in changed copies of %s', (_, resource, profile) => {
    expect(judge(resource, profile)).toEqual({ schema: true, validator: true });
    fc.assert(
      fc.property(changes, steps => {
        const copy = changed(resource, steps);
        const says = judge(copy, profile);
        expect(!says.schema && says.validator, JSON.stringify(copy)).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('is most of what the validator refuses', () => {
    let bySchema = 0;
    let byValidator = 0;
    for (const [, resource, profile] of valid) {
      for (const steps of fc.sample(changes, { numRuns: 30, seed: 4 })) {
        const says = judge(changed(resource, steps), profile);
        if (!says.schema) bySchema++;
        if (!says.validator) byValidator++;
      }
    }
    expect(byValidator).toBeGreaterThan(800);
    expect(bySchema / byValidator).toBeGreaterThan(0.75);
  });

  it.each(fixtures('invalid'))('is refused by the validator: %s', (_, resource, profile) => {
    expect(judge(resource, profile)).toMatchObject({ validator: false });
  });
});

const examples = exampleFolder('r4-examples');

describe.skipIf(examples === undefined)('the schema of a type', () => {
  it('takes every published example that the validator takes', () => {
    const lenient = createValidator(shipped, { baseTargets: 'warning' });
    for (const [name, text] of readExamples(examples!)) {
      const resource = JSON.parse(text) as Resource;
      if (!takes(schemaBy(resource.resourceType), resource)) expect(lenient.isValid(resource, []), name).toBe(false);
    }
  }, 60_000);
});

describe('the schema of a primitive type', () => {
  const texts = [
    ...ODD.filter(value => typeof value === 'string'),
    ...[
      'id-1.b',
      'urn:oid:1.2.0',
      'urn:oid:3.1',
      'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
      'a\tb',
      'a\u0085b',
      '\ufeff',
    ],
    ...[
      '2024-02',
      '2024-02-29',
      '2024-02-29T10:00:00.123Z',
      '10:00:00',
      '23:59:60',
      'AA AA\n',
      'AAA=',
      '=',
      'http://é',
    ],
  ];

  it('is there for each of R4', () => {
    expect(Object.keys(primitiveSchemas).sort()).toEqual(Object.keys(primitives).sort());
  });

  it.each(Object.keys(primitives))('%s takes what the validator takes', name => {
    const { json, holds } = primitives[name]!;
    const schema = primitiveSchemas[name]!;
    const value = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary' }), fc.integer(), fc.double());
    fc.assert(
      fc.property(value, any => {
        if (typeof any === json && holds(any as never)) expect(takes(schema, any), JSON.stringify(any)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
