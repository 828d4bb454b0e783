import type { Bundle, Contract, Coverage } from 'fhir/r4.js';
import { beforeAll, expect, it } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { BORN, contract, enforced, group, NAMES, paid, patient, period, product } from './enrolment-resources.ts';
import { expectOutcome } from './expect-outcome.ts';
import { useServer } from './start-server.ts';

const server = useServer();

const put = async (resource: Resource): Promise<Contract> => {
  const { status, text, body } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
  expect(status, text).toBeLessThan(300);
  return body as unknown as Contract;
};

/** Cover that names the contract. */
const coverOf = async (id: string): Promise<Coverage[]> => {
  const { body } = await server.get('Coverage?_sort=-_lastUpdated&_count=50');
  return ((body as unknown as Bundle<Coverage>).entry ?? [])
    .map(({ resource }) => resource!)
    .filter(({ contract: [policy] = [] }) => policy?.reference === `Contract/${id}`);
};

beforeAll(async () => {
  await put(product('e52', [period('administration', 1)]));
  for (const person of Object.entries(BORN)) await put(patient(person));
  await put(group);
});

const WHOLE = [paid(100, '2024-02-10'), paid(88, '2024-03-05')];

it('a contract that is not paid whole stays offered, and nobody has cover', async () => {
  expect((await put(contract('part', '2024-01-31', { extension: [paid(100, '2024-02-10')] }))).status).toBe('offered');
  expect(await coverOf('part')).toEqual([]);
});

it('the contribution that completes the value executes the contract and gives each member cover in the same unit', async () => {
  await put(contract('whole', '2024-01-31', { extension: WHOLE.slice(0, 1) }));
  const executed = await put(contract('whole', '2024-01-31', { extension: WHOLE }));
  expect([executed.status, executed.meta?.versionId]).toEqual(['executed', '3']);
  const asset = executed.term?.[0]?.asset?.[0];
  expect(asset?.period).toEqual([{ start: '2024-02-29', end: '2025-02-27' }]);
  expect(asset?.usePeriod).toEqual([{ start: '2024-03-05', end: '2025-02-27' }]);
  expect(asset?.valuedItem?.[0]?.net).toEqual({ value: 188, currency: 'USD' });
  expect(asset?.extension).toHaveLength(2);
  const coverages = await coverOf('whole');
  expect(coverages.map(({ beneficiary }) => beneficiary.reference).sort()).toEqual(
    NAMES.map(name => `Patient/${name}`).sort(),
  );
  const times = new Set(coverages.map(({ meta }) => meta?.lastUpdated));
  expect([...times]).toEqual([executed.meta?.lastUpdated]);
  const { extension, status, period: days, policyHolder, class: [plan] = [] } = coverages[0]!;
  expect({ status, days, holder: policyHolder?.reference, plan: plan?.value }).toEqual({
    status: 'active',
    days: { start: '2024-03-05', end: '2025-02-27' },
    holder: 'Patient/ada',
    plan: 'e52',
  });
  expect(extension?.[0]?.extension).toEqual([
    { url: 'period', valuePeriod: { start: '2024-02-29', end: '2025-02-27' } },
    { url: 'stage', valueCode: 'N' },
  ]);
});

it('cover that came from a contract is in force for who asks', async () => {
  await put(contract('asked', '2024-01-31', { extension: WHOLE }));
  const [coverage] = await coverOf('asked');
  const ask = async (servicedDate: string): Promise<unknown> => {
    const { body, text, status } = await server.post('CoverageEligibilityRequest/$submit', {
      resourceType: 'CoverageEligibilityRequest',
      status: 'active',
      purpose: ['benefits'],
      patient: coverage!.beneficiary as never,
      created: servicedDate,
      servicedDate,
      insurer: { reference: 'Organization/openIMIS-Implementation' },
      insurance: [{ coverage: { reference: `Coverage/${coverage!.id}` } }],
    });
    expect(status, text).toBeLessThan(300);
    return (body.insurance as { inforce?: boolean }[])[0]?.inforce;
  };
  expect([await ask('2024-03-04'), await ask('2024-03-05'), await ask('2025-02-28')]).toEqual([false, true, false]);
});

it('sent again, and at the same moment, a contract gives nobody cover twice', async () => {
  const sent = contract('twice', '2024-01-31', { extension: WHOLE });
  await Promise.all([put(sent), put(sent), put(sent)]);
  await put(sent);
  expect(await coverOf('twice')).toHaveLength(NAMES.length);
});

it('an officer may let a policy begin that is not paid whole', async () => {
  const extension = [paid(50, '2024-02-10'), enforced('2024-02-10')];
  const executed = await put(contract('enforced', '2024-01-31', { extension }));
  expect(executed.term?.[0]?.asset?.[0]?.usePeriod).toEqual([{ start: '2024-02-29', end: '2025-02-27' }]);
});

it('who finds no place has no cover', async () => {
  const { coverage, ...more } = product('small', [period('administration', 1)]);
  const [medical] = coverage as { benefit: { limit: { value: { value: number } }[] }[] }[];
  medical!.benefit[0]!.limit[1]!.value.value = 5;
  await put({ ...more, coverage } as Resource);
  await put(contract('small', '2024-01-31', { plan: 'small', extension: [paid(500, '2024-02-10')] }));
  const covered = (await coverOf('small')).map(({ beneficiary }) => beneficiary.reference);
  expect(covered).toHaveLength(5);
  expect(covered).not.toContain('Patient/fay');
});

it.each([
  ['with less', contract('begun', '2024-01-31', { extension: WHOLE.slice(0, 1) })],
  ['for another day', contract('begun', '2024-01-15', { extension: WHOLE })],
  ['for other members', contract('begun', '2024-01-31', { extension: WHOLE, members: NAMES.slice(1) })],
])('a policy that has begun is not offered again %s', async (_how, changed) => {
  await put(contract('begun', '2024-01-31', { extension: WHOLE }));
  expectOutcome(await server.put('Contract/begun', changed), 422, 'contract-begun');
  const credit = contract('begun', '2024-01-31', { extension: [...WHOLE, paid(1, '2024-03-06')] });
  expect((await put(credit)).status).toBe('executed');
});

it('what somebody else executed, and what lacks its set-up, stays as it was sent', async () => {
  const executed = { ...contract('elsewhere', '2024-01-31', { extension: WHOLE }), status: 'executed' };
  expect((await put(executed)).meta?.versionId).toBe('1');
  const renewal = contract('unnamed', '2024-01-31', { extension: WHOLE, more: { legalState: { text: 'Renewed' } } });
  expect((await put(renewal)).status).toBe('offered');
  expect([...(await coverOf('elsewhere')), ...(await coverOf('unnamed'))]).toEqual([]);
});

it('a family is enrolled in one transaction', async () => {
  const entry = [contract('at-once', '2024-01-31', { extension: WHOLE })].map(resource => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const { status, text } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  expect(status, text).toBe(200);
  expect(await coverOf('at-once')).toHaveLength(NAMES.length);
});
