import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { clockRules } from '../../src/insurance/clock-rules.ts';
import { turnClock } from '../../src/operations/turn-clock.ts';
import { expectOutcome } from './expect-outcome.ts';
import { loadScheme, resourcesOf, useServer } from './start-server.ts';

const concept = (code: string, system = 'grievance'): JsonObject => ({
  coding: [{ system: `https://kiungo.example/fhir/CodeSystem/${system}`, code }],
});

const complaint = (id: string, more: JsonObject = {}): Resource => ({
  resourceType: 'Communication',
  id,
  status: 'completed',
  category: [concept('grievance')],
  topic: concept('conduct', 'grievance-category'),
  received: '2024-05-01',
  payload: [{ contentString: 'Nobody was there on two days.' }],
  ...more,
});

const server = useServer({ KIUNGO_CLOCK_MINUTES: '0' });
beforeAll(() => loadScheme(server));

const put = async (resource: Resource): Promise<void> => {
  const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
  expect([200, 201], text).toContain(status);
};
const tasksOf = async (id: string): Promise<Resource[]> =>
  resourcesOf((await server.get(`Task?focus=Communication/${id}`)).body);
const taskOf = async (id: string): Promise<Resource> => (await tasksOf(id))[0]!;
const dueOf = ({ restriction }: Resource): unknown => (restriction as { period: JsonObject }).period.end;
const levelOf = ({ businessStatus }: Resource): unknown => (businessStatus as { coding: JsonObject[] }).coding[0]!.code;
const clock = (today: string) => turnClock(server.app.deps, clockRules, { today });

describe('a complaint', () => {
  test('gets one task to be answered by a day, whoever sends it and how often', async () => {
    await put(complaint('g-1'));
    await put(complaint('g-1', { note: [{ text: 'she called again' }] }));
    const [task, ...others] = await tasksOf('g-1');
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      status: 'requested',
      owner: { reference: 'Organization/openIMIS-Implementation' },
      focus: { reference: 'Communication/g-1' },
      reasonCode: concept('conduct', 'grievance-category'),
    });
    expect([levelOf(task!), dueOf(task!)]).toEqual(['level-1', '2024-05-31']);
    await put(complaint('g-2', { priority: 'urgent', subject: { reference: 'Patient/zuri-sadiki' } }));
    expect(await taskOf('g-2')).toMatchObject({ requester: { reference: 'Patient/zuri-sadiki' }, priority: 'urgent' });
    expect(dueOf(await taskOf('g-2'))).toBe('2024-05-11');
  });

  test('is neither deleted nor made into something else, nor is its task', async () => {
    await put(complaint('g-3'));
    expectOutcome(await server.delete('Communication/g-3'), 422, 'grievance-kept');
    const { category: _category, ...plain } = complaint('g-3');
    expectOutcome(await server.put('Communication/g-3', plain as Resource), 422, 'grievance-kept');
    const mistaken = complaint('g-3', { status: 'entered-in-error' });
    expectOutcome(await server.put('Communication/g-3', mistaken), 422, 'grievance-kept');
    const task = await taskOf('g-3');
    expectOutcome(await server.delete(`Task/${task.id}`), 422, 'grievance-kept');
    const other = { ...task, focus: { reference: 'Communication/g-1' } };
    expectOutcome(await server.put(`Task/${task.id}`, other), 422, 'grievance-kept');
  });

  test('is closed with an answer only', async () => {
    await put(complaint('g-4'));
    const task = await taskOf('g-4');
    for (const status of ['completed', 'rejected', 'cancelled', 'failed', 'entered-in-error']) {
      expectOutcome(await server.put(`Task/${task.id}`, { ...task, status }), 422, 'grievance-unanswered');
    }
    const output = [{ type: concept('answer'), valueString: 'The nurse was ill. There are two now.' }];
    await put({ ...task, status: 'completed', output });
    expect(await clock('2026-01-01')).toBeGreaterThan(0);
    expect(levelOf(await taskOf('g-4'))).toBe('level-1');
  });

  test('that is not answered by its day goes up, level by level, and stays on the last', async () => {
    const ministry = { resourceType: 'Organization', id: 'ministry' };
    const { meta: _meta, ...insurer } = (await server.get('Organization/openIMIS-Implementation')).body;
    const type = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: 'govt' }] }];
    await put({ ...ministry, identifier: [{ value: 'M' }], name: 'Ministry', type });
    await put({ ...insurer, partOf: { reference: 'Organization/ministry' } } as Resource);
    // Those of the other tests have gone up as far as they can.
    await clock('2027-01-01');
    await put(complaint('g-5', { received: '2027-05-01' }));
    expect(await clock('2027-05-31')).toBe(0);
    expect(levelOf(await taskOf('g-5'))).toBe('level-1');
    expect(await clock('2027-06-01')).toBe(1);
    const second = await taskOf('g-5');
    expect(second).toMatchObject({ priority: 'urgent', owner: { reference: 'Organization/ministry' } });
    expect([levelOf(second), dueOf(second)]).toEqual(['level-2', '2027-06-11']);
    expect(JSON.stringify(second.note)).toContain('Not answered by 2027-05-31');
    expect(await clock('2027-06-01')).toBe(0);
    expect(await clock('2027-06-20')).toBe(1);
    expect(levelOf(await taskOf('g-5'))).toBe('level-3');
    expect(await clock('2028-01-01')).toBe(0);
  });
});
