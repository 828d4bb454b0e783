import type { ClaimResponse, CoverageEligibilityResponse } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CaseClaim, CaseSetUp } from '../../scripts/simulate/case.ts';
import { namingOf } from '../../scripts/simulate/claim-case.ts';
import { claimResource } from '../../scripts/simulate/claim-resources.ts';
import { setUpResources } from '../../scripts/simulate/set-up-resources.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { useServer } from './start-server.ts';

const server = useServer();

const limits = Object.fromEntries(['O', 'E', 'R'].map(type => [type, { type: 'C', adult: 100, child: 100 }]));
const ASHA = { gender: 'female', birthDate: '1985-03-01' };
/** A woman who was enrolled twice, each time with a policy: a visit is paid once in 28 days. */
const setUp: CaseSetUp = {
  facilities: { F: { level: 'H', careType: 'B', priceList: 'L' } },
  priceLists: { L: [{ code: 'visit' }, { code: 'test' }] },
  catalog: {
    visit: { kind: 'service', category: 'V', price: '30.00', frequency: 28 },
    test: { kind: 'service', category: 'V', price: '30.00' },
  },
  products: {
    P: {
      ceilingInterpretation: 'I',
      items: { visit: { origin: 'O', limits }, test: { origin: 'O', limits } },
    },
  },
  patients: { first: ASHA, second: ASHA },
  coverages: {
    one: { product: 'P', effective: '2024-01-01', expiry: '2024-12-31', status: 'active', members: { first: {} } },
    two: { product: 'P', effective: '2024-01-01', expiry: '2024-12-31', status: 'active', members: { second: {} } },
  },
};
const naming = namingOf(1, 'USD');
const [first, second] = ['first', 'second'].map(name => `Patient/${naming.id('patient', name)}`) as [string, string];

const put = async (resource: object): Promise<void> => {
  const { resourceType, id } = resource as Resource;
  const { status, text } = await server.put(`${resourceType}/${id}`, resource as Resource);
  expect(status, text).toBeLessThan(300);
};

const claim = (name: string, patient: string, day: string, code: string): Resource => {
  const asked: CaseClaim = {
    ...{ patient, facility: 'F', start: day, created: day },
    lines: [{ code, quantity: 1, unitPrice: '30.00' }],
  };
  return claimResource(asked, setUp, naming, { name, mode: 'review' }) as unknown as Resource;
};

const answerTo = async (resource: Resource): Promise<ClaimResponse> => {
  await put(resource);
  await server.post(`Claim/${resource.id}/$process`, '');
  return (await server.get(`ClaimResponse/${resource.id}`)).body as unknown as ClaimResponse;
};

const reasonOf = ({ item = [] }: ClaimResponse): unknown => item[0]!.adjudication.at(-1)!.reason?.coding?.[0]?.code;
const benefitOf = ({ item = [] }: ClaimResponse): unknown => item[0]!.adjudication.at(-1)!.amount?.value;

const merge = (operation: string, more: object[] = []) =>
  server.post(`Patient/$${operation}`, {
    resourceType: 'Parameters',
    parameter: [{ name: 'source-patient', valueReference: { reference: first } }, ...more],
  } as never);

describe('the claims of two records that are one', () => {
  let paid: ClaimResponse;
  beforeAll(async () => {
    for (const resource of setUpResources(setUp, naming)) await put(resource);
    paid = await answerTo(claim('before', 'first', '2024-03-01', 'visit'));
    const { status, text } = await merge('merge', [{ name: 'target-patient', valueReference: { reference: second } }]);
    expect(status, text).toBe(200);
  });

  it('keep what they came to', async () => {
    const {
      patient,
      meta: _meta,
      ...now
    } = (await server.get(`ClaimResponse/${paid.id}`)).body as unknown as ClaimResponse;
    const { patient: _patient, meta: _before, ...before } = paid;
    expect(patient.reference).toBe(second);
    expect(now).toEqual(before);
    expect([reasonOf(paid), benefitOf(paid)]).toEqual(['0', 30]);
  });

  it('count together for what is paid once in a while', async () => {
    expect(reasonOf(await answerTo(claim('soon', 'second', '2024-03-10', 'visit')))).toBe('5');
    expect(reasonOf(await answerTo(claim('later', 'second', '2024-05-10', 'visit')))).toBe('0');
  });

  it('are refused for the record that ended, naming the other one', async () => {
    const answer = await server.post('Claim', claim('late', 'first', '2024-06-01', 'test'));
    expectOutcome(answer, 422, 'patient-replaced');
    expect(answer.text).toContain(second);
  });

  it('are asked for by either number', async () => {
    for (const name of ['first', 'second']) {
      const { body: stored } = await server.get(`Patient/${naming.id('patient', name)}`);
      const [{ value }] = stored.identifier as unknown as [{ value: string }];
      const { status, body, text } = await server.post('CoverageEligibilityRequest/$submit', {
        resourceType: 'CoverageEligibilityRequest',
        status: 'active',
        purpose: ['validation'],
        created: '2024-06-01',
        patient: { identifier: { value } },
        insurer: { reference: `Organization/${naming.id('insurer', 'review')}` },
      });
      expect(status, text).toBeLessThan(300);
      expect((body as unknown as CoverageEligibilityResponse).patient.reference).toBe(second);
    }
  });
});
