import { beforeAll, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { loadScheme, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_CLAIM_MODE: 'adjudicate' });
const DAY = `${YEAR}-06-03`;

beforeAll(() => loadScheme(server));

const ask = async (more: JsonObject = {}): Promise<Resource> => {
  const { status, body, text } = await server.post('CoverageEligibilityRequest/$submit', {
    resourceType: 'CoverageEligibilityRequest',
    status: 'active',
    purpose: ['benefits'],
    patient: { reference: 'Patient/zuri-sadiki' },
    created: DAY,
    insurer: { reference: 'Organization/openIMIS-Implementation' },
    ...more,
  });
  expect(status, text).toBe(200);
  return body;
};

interface Item {
  excluded?: boolean;
  description?: string;
  benefit?: { type: { coding: { code: string }[] }; allowedUnsignedInt?: number; allowedMoney?: { value: number } }[];
}

const itemsOf = (answer: Resource): Item[] => (answer.insurance as unknown as { item: Item[] }[])[0]!.item;
const leftOf = ({ benefit = [] }: Item): Record<string, unknown> =>
  Object.fromEntries(
    benefit.map(({ type, allowedUnsignedInt, allowedMoney }) => [
      type.coding[0]!.code,
      allowedUnsignedInt ?? allowedMoney?.value,
    ]),
  );

test('an answer tells what is left of the limits, less after a claim', async () => {
  expect(leftOf(itemsOf(await ask())[0]!)).toEqual({
    consultations_left: 12,
    consultation_amount: 8.5,
    hospitalization_amount: 120,
    total_ceiling: 400,
  });
  const { status } = await server.post('Claim', malariaClaim(DAY));
  expect(status).toBe(201);
  expect(leftOf(itemsOf(await ask())[0]!)).toMatchObject({ consultations_left: 11, total_ceiling: 391.5 });
});

test('each service and drug asked about is answered, with the reason where it is not paid', async () => {
  const category = (code: string): JsonObject => ({
    coding: [{ system: 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/coverage-item-category', code }],
  });
  const asked = ['S001', 'I004', 'I005', 'S999'];
  const answer = await ask({
    item: asked.map(text => ({
      category: category(text.startsWith('S') ? 'service' : 'item'),
      productOrService: { text },
    })),
  });
  const [, ...items] = itemsOf(answer);
  expect(items.map(({ excluded, description }) => [excluded, description])).toEqual([
    [false, undefined],
    [true, 'The product does not pay this.'],
    [false, undefined],
    [undefined, 'Not judged: needs the service or drug S999.'],
  ]);
  expect(leftOf(items[2]!)).toMatchObject({ item_left: 50 });
});

test('a patient may be named by insuree number', async () => {
  const { body } = await server.get('Patient/zuri-sadiki');
  const [identifier] = body.identifier as { value: string }[];
  const answer = await ask({ patient: { identifier: { value: identifier!.value } } });
  expect(answer).toMatchObject({ patient: { reference: 'Patient/zuri-sadiki' } });
  expect(answer.insurance).toHaveLength(1);
});

test('nothing is told that was not asked: only whether there is cover', async () => {
  const [item] = itemsOf(await ask({ purpose: ['validation'] }));
  expect(leftOf(item!)).toEqual({});
});
