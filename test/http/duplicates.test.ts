import type { Parameters, ParametersParameter, Task } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { createPersons } from './generated-persons.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

const { person } = createPersons(7);
const asha = {
  name: [{ family: 'Komba', given: ['Asha'] }],
  birthDate: '1987-03-09',
  address: [{ city: 'Ziwani' }],
};
const juma = { name: [{ family: 'Swai', given: ['Juma'] }], gender: 'male', birthDate: '1969-11-23' };

beforeAll(async () => {
  const people = [
    ...Array.from({ length: 60 }, () => person()),
    patient('1', { id: 'a-asha', ...asha }),
    patient('2', { id: 'z-asha', ...asha, name: [{ family: 'Asha', given: ['Komba'] }] }),
    patient('3', {
      id: 'zz-asha',
      ...asha,
      active: false,
      link: [{ other: { reference: 'Patient/a-asha' }, type: 'replaced-by' }],
    }),
    patient('4', { id: 'b-juma', ...juma }),
    patient('5', { id: 'y-juma', ...juma, birthDate: '1969-11-29' }),
  ];
  for (const resource of people) {
    const { status, text } = await server.put(`Patient/${resource.id}`, resource);
    expect(status, text).toBe(201);
  }
});

const partValue = ({ part = [] }: ParametersParameter, name: string): unknown => {
  const found = part.find(each => each.name === name);
  return found?.valueReference?.reference ?? found?.valueCode ?? found?.valueDecimal ?? found?.valueString;
};

const ask = async (path: string): Promise<ParametersParameter[]> => {
  const { status, body, text } = await server.post(path, '');
  expect(status, text).toBe(200);
  return (body as unknown as Parameters).parameter ?? [];
};

/** Pairs by their ids, with what is told of them, over all pages. */
const allPairs = async (path: string): Promise<{ pairs: Record<string, unknown[]>; pages: number }> => {
  const pairs: Record<string, unknown[]> = {};
  let pages = 0;
  let next: string | undefined = path;
  while (next !== undefined) {
    const parameters: ParametersParameter[] = await ask(next);
    pages += 1;
    for (const group of parameters.filter(({ name }) => name === 'group')) {
      for (const match of group.part!.filter(({ name }) => name === 'match')) {
        const ids = `${partValue(group, 'patient')} ${partValue(match, 'patient')}`.replaceAll('Patient/', '');
        pairs[ids] = ['grade', 'score', 'reasons', 'task'].map(name => partValue(match, name));
      }
    }
    next = parameters.find(({ name }) => name === 'next')?.valueUrl;
  }
  return { pairs, pages };
};

const ASHA = ['certain', 0.8, 'identifier differs 0, name same 9, birthDate same 8, gender same 1, place same 2'];
const JUMA = ['probable', 0.6, 'identifier differs 0, name same 9, birthDate near 5, gender same 1'];

describe('Patient/$duplicates', () => {
  it('lists each pair once, with what speaks for it, and none that was merged', async () => {
    const { pairs, pages } = await allPairs('Patient/$duplicates');
    expect(pairs).toEqual({ 'a-asha z-asha': [...ASHA, undefined], 'b-juma y-juma': [...JUMA, undefined] });
    expect(pages).toBe(1);
  });

  it('goes on page by page, by patients that are looked at', async () => {
    const { pairs, pages } = await allPairs('Patient/$duplicates?_count=20');
    expect(Object.keys(pairs)).toEqual(['a-asha z-asha', 'b-juma y-juma']);
    expect(pages).toBe(4);
    expect((await ask('Patient/$duplicates?_count=20')).find(({ name }) => name === 'lookedAt')?.valueInteger).toBe(20);
  });

  it('lists by the least grade that is asked for', async () => {
    expect(Object.keys((await allPairs('Patient/$duplicates?grade=certain')).pairs)).toEqual(['a-asha z-asha']);
  });

  it('makes one Task for each pair, however often it is called', async () => {
    const { pairs } = await allPairs('Patient/$duplicates?task=true');
    const reference = pairs['a-asha z-asha']![3] as string;
    const task = (await server.get(reference)).body as unknown as Task;
    expect(task).toMatchObject({
      status: 'requested',
      priority: 'urgent',
      description: ASHA[2],
      focus: { reference: 'Patient/a-asha' },
      input: [{ valueReference: { reference: 'Patient/z-asha' } }],
    });
    expect((await allPairs('Patient/$duplicates?task=true')).pairs).toEqual(pairs);
    expect((await server.get('Task?_summary=count')).body.total).toBe(2);
  });

  it('refuses what it cannot go by', async () => {
    const send = (query: string) => server.post(`Patient/$duplicates?${query}`, '');
    expectOutcome(await send('grade=sure'), 400, 'operation-parameter-invalid');
    expectOutcome(await send('_count=0'), 400, 'operation-parameter-invalid');
    expectOutcome(await send('_cursor=abc'), 400, 'cursor-invalid');
  });
});
