import { expect, test } from 'vitest';
import { definitions } from './agreement-corpus.ts';
import { choiceElements, choicesOf, isDataType, isSubtype, typeOfKey } from './element-types.ts';

const elements = [...definitions.values()].flatMap(each => each.snapshot?.element ?? []);

test('the choice elements and their types are those of the R4 definitions', () => {
  const expected = new Map<string, Set<string>>();
  for (const { path, type = [] } of elements) {
    if (!path.endsWith('[x]')) continue;
    const name = path.slice(path.lastIndexOf('.') + 1, -3);
    for (const { code } of type) expected.set(name, (expected.get(name) ?? new Set()).add(code));
  }
  const sorted = (entries: Iterable<[string, Iterable<string>]>) =>
    Object.fromEntries([...entries].map(([name, types]) => [name, [...types].sort()]));
  expect(sorted(choiceElements)).toEqual(sorted(expected));
});

test('every data type of the R4 definitions is known as such, and no resource is', () => {
  for (const { name, kind } of definitions.values())
    expect([name, isDataType(name)]).toEqual([name, kind.endsWith('-type')]);
});

test('specialized types are known', () => {
  for (const { name, baseDefinition } of definitions.values() as Iterable<{ name: string; baseDefinition?: string }>) {
    const parent = baseDefinition?.slice(baseDefinition.lastIndexOf('/') + 1);
    if (parent !== undefined && isDataType(parent))
      expect([name, parent, isSubtype(name, parent)]).toEqual([name, parent, true]);
  }
  expect(isSubtype('Quantity', 'Age')).toBe(false);
});

test('a key of a choice tells its type', () => {
  expect(typeOfKey('valueQuantity')).toBe('Quantity');
  expect(typeOfKey('onsetDateTime')).toBe('dateTime');
  expect(typeOfKey('valueSet')).toBeUndefined();
  expect(choicesOf('deceased')!.get('_deceasedBoolean')).toEqual({
    key: 'deceasedBoolean',
    twin: '_deceasedBoolean',
    type: 'boolean',
  });
  expect(choicesOf('system')).toBeUndefined();
});
