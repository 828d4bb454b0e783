import { beforeAll, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { loadScheme, useServer, YEAR } from './start-server.ts';

const server = useServer();
const DAY = `${YEAR}-06-03`;

beforeAll(() => loadScheme(server));

interface Fault {
  severity: string;
  diagnostics: string;
  expression: string[];
}

type Holder = Record<string, unknown>;

/** The object that holds what a FHIRPath names, and the name or index that it has there. */
const place = (resource: Resource, expression: string): [Holder, string] => {
  const steps = [...expression.matchAll(/\.(\w+)|\[(\d+)\]/g)].map(([, name, index]) => (name ?? index)!);
  const last = steps.pop()!;
  return [steps.reduce((value, step) => value[step] as Holder, resource as Holder), last];
};

/** What a person does who has read nothing but the text: a form of text, and the change that it leads to. */
const CORRECTIONS: [RegExp, (holder: Holder, name: string, words: readonly string[]) => void][] = [
  [
    /has no element `\w+`\. Did you mean `(\w+)`\?/,
    (holder, name, [meant]) => {
      holder[meant!] = holder[name];
      delete holder[name];
    },
  ],
  [
    /is not in value set \S+ Did you mean `([^`]+)`\?/,
    (holder, name, [meant]) => {
      holder[name] = meant;
    },
  ],
  [
    /is missing; .* Add it: a code of value set \S+ such as `([^`]+)`/,
    (holder, name, [code]) => {
      holder[name] = code;
    },
  ],
  [
    /must be of type \w+: a whole number between .*; text in quotes was found/,
    (holder, name) => {
      holder[name] = Number(holder[name]);
    },
  ],
  [
    /The reference is neither Type\/id \(such as (Patient)\/123/,
    (holder, name, [type]) => {
      holder[name] = `${type}/${holder[name]}`;
    },
  ],
];

const correct = (resource: Resource, { diagnostics, expression }: Fault): string => {
  for (const [form, change] of CORRECTIONS) {
    const found = form.exec(diagnostics);
    if (found === null) continue;
    change(...place(resource, expression[0]!), found.slice(1));
    return form.source;
  }
  throw new Error(`Nobody would know what to do: ${diagnostics}`);
};

test('a claim with five different mistakes is led to a valid one by the texts alone', async () => {
  const { use: _, ...claim } = malariaClaim(DAY);
  const [first, second, third] = claim.item;
  const { quantity, ...withoutQuantity } = first!;
  const wrong = {
    ...claim,
    status: 'actve',
    patient: { reference: 'zuri-sadiki' },
    item: [{ ...withoutQuantity, quantitiy: quantity }, { ...second, sequence: '2' }, third],
  } as unknown as Resource;
  // Written amounts as plain numbers, so that the claim can be changed here.
  const resource = JSON.parse(JSON.stringify(wrong)) as Resource;

  const followed = new Set<string>();
  const rounds: number[] = [];
  for (;;) {
    const { status, body } = await server.post('Claim/$validate?mode=create', resource as JsonObject);
    expect(status).toBe(200);
    const errors = (body.issue as unknown as Fault[]).filter(({ severity }) => severity === 'error');
    if (errors.length === 0) break;
    rounds.push(errors.length);
    expect(rounds.length, JSON.stringify(errors)).toBeLessThan(4);
    for (const error of errors) followed.add(correct(resource, error));
  }
  expect(followed.size).toBe(5);
  expect(rounds).toEqual([5]);
  expect((await server.post('Claim', resource)).status).toBe(201);
});
