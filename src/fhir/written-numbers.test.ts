import { expect, it } from 'vitest';
import { parseResource } from './parse-resource.ts';
import type { JsonObject } from './resource.ts';

const parsed = (text: string) => parseResource(Buffer.from(text), 10);

it('tells which whole numbers are written with a point or an exponent', () => {
  const { resource, written } = parsed(
    '{"resourceType":"X","a":1.0,"b":1,"c":2.5,"d":10e0,"e":[{"f":-3.000},{"f":3}],"g":[1,2.0],"value":4.0}',
  );
  const [first, second] = resource.e as JsonObject[];
  expect(written?.get(resource)).toEqual(new Set(['a', 'd', 'g', 'value']));
  expect(written?.get(first!)).toEqual(new Set(['f']));
  expect(written?.get(second!)).toBeUndefined();
});

it('looks for none where there can be none', () => {
  expect(
    parsed('{"resourceType":"X","a":1,"b":2.5,"c":0.25,"value":10.00,"d":{"value":10.0}}').written,
  ).toBeUndefined();
  expect(parsed('{"resourceType":"X","text":"1.0"}').written).toBeUndefined();
});
