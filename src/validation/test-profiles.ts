import type { JsonObject } from '../fhir/resource.ts';

const base = 'http://hl7.org/fhir/StructureDefinition/';
export const urlOf = (name: string) => `http://example.org/fhir/StructureDefinition/${name}`;

/** A profile as its author writes it: only what it changes. Elements are [id, what is said of it]. */
export function profile(name: string, type: string, elements: readonly (readonly [string, JsonObject])[]): JsonObject {
  return {
    resourceType: 'StructureDefinition',
    id: name,
    url: urlOf(name),
    name,
    status: 'active',
    kind: type === 'Extension' || type === 'Identifier' ? 'complex-type' : 'resource',
    abstract: false,
    type,
    baseDefinition: base + type,
    derivation: 'constraint',
    ...(type === 'Extension' ? { context: [{ type: 'element', expression: 'Element' }] } : {}),
    differential: {
      element: elements.map(([id, rest]) => ({ id, path: id.replace(/:[^.]*/g, ''), ...rest })),
    },
  };
}

/** An extension with one value. */
export const extension = (name: string, types: readonly string[], value: JsonObject = {}): JsonObject =>
  profile(name, 'Extension', [
    ['Extension.extension', { max: '0' }],
    ['Extension.url', { fixedUri: urlOf(name) }],
    ['Extension.value[x]', { min: 1, type: types.map(code => ({ code })), ...value }],
  ]);
