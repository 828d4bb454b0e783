import type { Bundle, BundleEntry } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { runsOf } from '../store-url.ts';
import { expectOutcome } from './expect-outcome.ts';
import { createPersons } from './generated-persons.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

const store = async (resources: readonly Resource[]): Promise<void> => {
  const entry = resources.map(resource => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const { status, text } = await server.post(server.url, { resourceType: 'Bundle', type: 'transaction', entry });
  expect(status, text).toBe(200);
};

interface Told {
  id: string;
  grade: string;
  score: number;
  fields: Record<string, string>;
}

const told = ({ resource, search }: BundleEntry): Told => {
  const [grade, ...weights] = search!.extension!;
  const fields = weights.map(({ extension }) => [extension![0]!.valueCode, extension![1]!.valueCode]);
  return { id: resource!.id!, grade: grade!.valueCode!, score: search!.score!, fields: Object.fromEntries(fields) };
};

const match = async (resource: object, more: object[] = []): Promise<Told[]> => {
  const parameter = [{ name: 'resource', resource }, ...more];
  const { status, body, text } = await server.post('Patient/$match', {
    resourceType: 'Parameters',
    parameter,
  } as never);
  expect(status, text).toBe(200);
  return ((body as unknown as Bundle).entry ?? []).map(told);
};

/** How many are looked for. */
const [TWICE, TWINS] = [runsOf(120), runsOf(60)];

const described = ({ id: _id, ...description }: Resource): object => description;

describe('Patient/$match among a thousand people', () => {
  const { person, again, twin } = createPersons(20_261);
  const people = Array.from({ length: 1_000 }, () => person());

  beforeAll(() => store(people));

  it('finds 95 of 100 who were enrolled twice as probable or certain, and hardly anybody else', async () => {
    const grades = { own: [] as string[], other: [] as string[] };
    for (const original of people.slice(0, TWICE)) {
      for (const { id, grade } of await match(described(again(original)))) {
        grades[id === original.id ? 'own' : 'other'].push(grade);
      }
    }
    const likely = (list: readonly string[]): number => list.filter(grade => grade !== 'possible').length;
    expect(likely(grades.own)).toBeGreaterThanOrEqual(0.95 * TWICE);
    expect(grades.own.length).toBeGreaterThanOrEqual(0.975 * TWICE);
    expect(likely(grades.other)).toBeLessThanOrEqual(2);
  });

  it('is sure of no twin, and thinks of hardly any as likely: one whose name sounds like the other one', async () => {
    const grades: string[] = [];
    for (const original of people.slice(-TWINS)) {
      const found = await match(described(twin(original)));
      grades.push(...found.filter(({ id }) => id === original.id).map(({ grade }) => grade));
    }
    expect(grades.filter(grade => grade === 'certain')).toEqual([]);
    expect(grades.filter(grade => grade === 'probable').length).toBeLessThanOrEqual(2);
  });
});

describe('Patient/$match', () => {
  const own = {
    asha: patient('811', {
      id: 'asha',
      name: [{ family: 'Komba', given: ['Asha', 'Rehema'] }],
      birthDate: '1987-03-09',
      telecom: [{ system: 'phone', value: '+255 700 111 222' }],
      address: [{ city: 'Ziwani' }],
    }),
    ram: patient('812', { id: 'ram', name: [{ text: 'राम बहादुर थापा' }], gender: 'male', birthDate: '1979-11-23' }),
    ahmad: patient('813', {
      id: 'ahmad',
      name: [{ family: 'Ould Sidi', given: ['Mohamed'] }],
      gender: 'male',
      birthDate: '1969-07-14',
    }),
  };

  beforeAll(() => store(Object.values(own)));

  const find = async (description: object, more: object[] = []): Promise<string[]> =>
    (await match({ resourceType: 'Patient', ...description }, more)).map(({ id, grade }) => `${id} ${grade}`);

  it('tells for each field how it compares and what that weighs', async () => {
    const [found] = await match({
      resourceType: 'Patient',
      name: [{ family: 'Asha', given: ['Comba'] }],
      gender: 'female',
      birthDate: '1987-09-03',
      telecom: [{ system: 'phone', value: '0700111222' }],
      address: [{ city: 'Mtoni' }],
    });
    expect(found).toEqual({
      id: 'asha',
      grade: 'probable',
      score: 0.52,
      fields: { name: 'near', birthDate: 'near', gender: 'same', phone: 'same', place: 'differs' },
    });
  });

  it('finds names in another script, and by how they sound', async () => {
    const ram = { gender: 'male', birthDate: '1979-11-23' };
    expect(await find({ ...ram, name: [{ family: 'Thapa', given: ['Ram', 'Bahadur'] }] })).toEqual(['ram probable']);
    const ahmad = { gender: 'male', birthDate: '1969-07-14' };
    expect(await find({ ...ahmad, name: [{ text: 'Sidi Ould Muhammad' }] })).toEqual(['ahmad probable']);
  });

  it('finds by the number alone, and is not sure', async () => {
    expect(await find({ identifier: [{ value: '811' }] })).toEqual(['asha probable']);
  });

  it('gives only those whom it is sure of, and as many as are asked for', async () => {
    const { id: _id, ...same } = own.asha;
    expect(await find(same, [{ name: 'onlyCertainMatches', valueBoolean: true }])).toEqual(['asha certain']);
    expect(
      await find({ identifier: [{ value: '811' }] }, [{ name: 'onlyCertainMatches', valueBoolean: true }]),
    ).toEqual([]);
    const numbers = { identifier: [{ value: '811' }, { value: '812' }] };
    expect(await find(numbers)).toHaveLength(2);
    expect(await find(numbers, [{ name: 'count', valueInteger: 1 }])).toHaveLength(1);
  });

  it('takes a Patient as the body', async () => {
    const { status, body } = await server.post('Patient/$match', own.ahmad);
    expect([status, (body as unknown as Bundle).total]).toEqual([200, 1]);
  });

  it('refuses what is no Patient', async () => {
    const send = (parameter: object[]) =>
      server.post('Patient/$match', { resourceType: 'Parameters', parameter } as never);
    expectOutcome(await send([{ name: 'count', valueInteger: 1 }]), 400, 'operation-parameter-missing');
    const group = { resourceType: 'Group', type: 'person', actual: true };
    expectOutcome(await send([{ name: 'resource', resource: group }]), 400, 'operation-parameter-invalid');
    const broken = { resourceType: 'Patient', name: 'Asha', birthDate: 1987 };
    expect((await send([{ name: 'resource', resource: broken }])).status).toBe(422);
  });
});
