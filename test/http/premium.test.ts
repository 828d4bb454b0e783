import type { Parameters, ParametersParameter } from 'fhir/r4.js';
import { expect, it } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import {
  BORN,
  contract,
  enforced,
  group,
  months,
  OPENIMIS,
  paid,
  patient,
  period,
  product,
  renewalDiscount,
} from './enrolment-resources.ts';
import { expectOutcome } from './expect-outcome.ts';
import { useServer } from './start-server.ts';

const server = useServer();

const put = async (resource: Resource): Promise<void> => {
  const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
  expect(status, text).toBeLessThan(300);
};

const ask = async (id: string, today = '2024-03-10'): Promise<ParametersParameter[]> => {
  const { status, text, body } = await server.get(`Contract/${id}/$premium?today=${today}`);
  expect(status, text).toBe(200);
  return (body as unknown as Parameters).parameter ?? [];
};

const contentOf = ({ valueMoney, valueCode, valueDate, valueInteger, valueString }: ParametersParameter): unknown =>
  valueMoney?.value ?? valueCode ?? valueDate ?? valueInteger ?? valueString;
const told = (parameters: readonly ParametersParameter[], ...names: string[]): unknown[] =>
  names.map(name => parameters.filter(each => each.name === name).map(contentOf)[0]);

it('$premium tells what is due line by line, what was paid, and how that leaves the policy', async () => {
  await put(product('e52', [period('administration', 1), renewalDiscount]));
  for (const person of Object.entries(BORN)) await put(patient(person));
  await put(group);
  await put(contract('new', '2024-01-31'));
  const due = await ask('new');
  const lines = due.filter(({ name }) => name === 'line').map(({ part = [] }) => part.map(contentOf));
  expect(lines).toEqual([
    ['lump-sum', 1, 100, 100, 'lump sum of the family'],
    ['premium-child', 2, 10, 20, 'premium of a child'],
    ['premium-other-adult', 1, 30, 30, 'premium of an adult who is not kin'],
    ['assembly-lump-sum', 1, 8, 8, 'fee of the general assembly, of the family'],
    ['registration-fee', 6, 5, 30, 'fee of registration, of each member'],
  ]);
  expect(told(due, 'counted', 'value', 'balance', 'start', 'expiry', 'status', 'effective')).toEqual([
    6,
    188,
    188,
    '2024-02-29',
    '2025-02-27',
    'idle',
    undefined,
  ]);
});

it.each([
  ['part', [paid(100, '2024-02-10')], ['idle', undefined, 88]],
  ['all, late', [paid(100, '2024-02-10'), paid(88, '2024-03-05')], ['active', '2024-03-05', 0]],
  ['too much', [paid(100, '2024-02-10'), paid(90, '2024-02-20')], ['active', '2024-02-29', -2]],
  ['a photo', [paid(188, '2024-02-10', 'P')], ['idle', undefined, 188]],
  ['part, enforced', [paid(50, '2024-02-10'), enforced('2024-02-10')], ['active', '2024-02-29', 138]],
])('who paid %s', async (what, extension, state) => {
  const id = what.replaceAll(/[^a-z]+/g, '-');
  await put(contract(id, '2024-01-31', { extension }));
  expect(told(await ask(id), 'status', 'effective', 'balance')).toEqual(state);
});

it('by the clock a policy expires, and is suspended where the time for payment has passed', async () => {
  await put(product('timed', [period('administration', 1), period('grace-payment', 3)]));
  await put(contract('clock', '2024-01-31', { plan: 'timed', extension: [paid(188, '2024-02-10')] }));
  await put(contract('unpaid', '2024-01-31', { plan: 'timed' }));
  expect(told(await ask('clock', '2025-02-27'), 'status')).toEqual(['active']);
  expect(told(await ask('clock', '2025-02-28'), 'status')).toEqual(['expired']);
  expect(told(await ask('unpaid', '2024-04-29'), 'status', 'lastPaymentDay')).toEqual(['idle', '2024-04-29']);
  expect(told(await ask('unpaid', '2024-04-30'), 'status')).toEqual(['suspended']);
});

it.each([
  ['2024-12-01', 150.1],
  ['2024-12-02', 158],
])('a renewal enrolled on %s costs %d', async (issued, value) => {
  const [, , cai] = Object.entries(BORN);
  await put({ ...patient(cai!), birthDate: '2010-02-01' });
  await put(contract('before', '2024-01-01'));
  await put(contract('renewed', issued, { more: { supportingInfo: [{ reference: 'Contract/before' }] } }));
  expect(told(await ask('renewed'), 'value', 'registration', 'start', 'expiry')).toEqual([
    value,
    0,
    '2025-01-01',
    '2025-12-31',
  ]);
});

it('what is missing is said, not guessed', async () => {
  const plain = (value: number): JsonObject => ({
    url: `${OPENIMIS}/StructureDefinition/insurance-plan-period`,
    valueQuantity: months(value),
  });
  await put(product('alike', [1, 1, 1, 1].map(plain)));
  await put(contract('alike', '2024-01-31', { plan: 'alike' }));
  expect(told(await ask('alike'), 'start')).toEqual(['2024-02-29']);
  await put(product('mixed', [1, 2, 1, 1].map(plain)));
  await put(contract('mixed', '2024-01-31', { plan: 'mixed' }));
  const refusalOf = async (id: string): Promise<string> =>
    expectOutcome(await server.get(`Contract/${id}/$premium`), 422, 'premium-set-up-missing')[0]!.text;
  expect(await refusalOf('mixed')).toContain('plan-period');
  await put(contract('unnamed', '2024-01-31', { more: { legalState: { text: 'Renewed' } } }));
  expect(await refusalOf('unnamed')).toContain('Contract.supportingInfo');
  expect((await server.get('Contract/mixed/$premium?today=soon')).status).toBe(400);
  expect((await server.get('Contract/nowhere/$premium')).status).toBe(404);
});
