import { expect, test } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { resourcesOf, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CONDITIONAL_DELETE: 'multiple' });

const store = async (family: string, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) {
    const id = `${family}-${i}`;
    expect((await server.put(`Patient/${id}`, patient(id, { id, name: [{ family, given: ['Asha'] }] }))).status).toBe(
      201,
    );
  }
};

const idsOf = async (family: string): Promise<string[]> =>
  resourcesOf((await server.get(`Patient?family=${family}`)).body).map(({ id }) => String(id));

const toldIn = ({ body }: { body: Resource }) => (body.issue as [{ diagnostics: string }])[0].diagnostics;

test('all that match are deleted at once, and how many is told', async () => {
  await store('Abasi', 3);
  const answer = await server.delete('Patient?family=Abasi');
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('"code":"resources-deleted"');
  expect(toldIn(answer)).toBe('3 of Patient deleted.');
  expect(await idsOf('Abasi')).toEqual([]);
  const times = await Promise.all(
    [0, 1, 2].map(async i => {
      const { body } = await server.get(`Patient/Abasi-${i}/_history?_count=1`);
      return (body.entry as [{ response: { lastModified: string } }])[0].response.lastModified;
    }),
  );
  expect(new Set(times).size).toBe(1);
  expect(toldIn(await server.delete('Patient?family=Abasi'))).toBe('0 of Patient deleted.');
});

test('_count deletes so many, those changed longest ago first', async () => {
  await store('Banda', 5);
  expect(toldIn(await server.delete('Patient?family=Banda&_count=2'))).toBe(
    '2 of Patient deleted. More match: send the same again.',
  );
  expect(await idsOf('Banda')).toEqual(['Banda-2', 'Banda-3', 'Banda-4']);
  expect(toldIn(await server.delete('Patient?family=Banda&_count=0'))).toContain('0 of Patient deleted.');
  expect(toldIn(await server.delete('Patient?family=Banda&_count=3'))).toBe('3 of Patient deleted.');
});

test('all are deleted or none: one that others refer to keeps all', async () => {
  await store('Chiku', 3);
  const flag = {
    resourceType: 'Basic',
    id: 'of-chiku',
    code: { text: 'note' },
    subject: { reference: 'Patient/Chiku-1' },
  };
  expect((await server.put('Basic/of-chiku', flag)).status).toBe(201);
  expectOutcome(await server.delete('Patient?family=Chiku'), 409, 'resource-referenced');
  expect(await idsOf('Chiku')).toHaveLength(3);
});

test('resources that refer to each other go together', async () => {
  const basic = (id: string, other?: string): Resource => ({
    ...{ resourceType: 'Basic', id, code: { text: 'note' }, identifier: [{ system: 'urn:x', value: 'pair' }] },
    ...(other === undefined ? {} : { subject: { reference: `Basic/${other}` } }),
  });
  await server.put('Basic/one', basic('one'));
  await server.put('Basic/two', basic('two', 'one'));
  await server.put('Basic/one', basic('one', 'two'));
  expectOutcome(await server.delete('Basic/one'), 409, 'resource-referenced');
  expect(toldIn(await server.delete('Basic?identifier=urn:x|pair'))).toBe('2 of Basic deleted.');
});

test('with If-Match one resource is meant', async () => {
  await store('Dawa', 2);
  expectOutcome(await server.delete('Patient?family=Dawa', { 'if-match': 'W/"1"' }), 412, 'multiple-matches');
  expect((await server.delete('Patient?_id=Dawa-0', { 'if-match': 'W/"1"' })).status).toBe(204);
});

test('criteria that say nothing delete nothing', async () => {
  expectOutcome(await server.delete('Patient?_count=10'), 400, 'criteria-missing');
});

test('a deletion of many and changes of them race as if one came first', async () => {
  await store('Eshe', 8);
  const update = (i: number) =>
    server.put(
      `Patient/Eshe-${i}`,
      patient(`Eshe-${i}`, { id: `Eshe-${i}`, name: [{ family: 'Fatu', given: ['Asha'] }] }),
    );
  const [deleted, ...updated] = await Promise.all([server.delete('Patient?family=Eshe'), ...[1, 4, 6].map(update)]);
  expect(deleted.status).toBe(200);
  expect(updated.every(({ status }) => status === 200 || status === 201)).toBe(true);
  expect(await idsOf('Eshe')).toEqual([]);
  expect(await idsOf('Fatu')).toHaveLength(3);
});

test('is claimed', async () => {
  const { body } = await server.get('metadata');
  const [{ resource }] = body.rest as unknown as [{ resource: { type: string; conditionalDelete?: string }[] }];
  expect(resource.find(({ type }) => type === 'Patient')?.conditionalDelete).toBe('multiple');
  expect(resource.find(({ type }) => type === 'ValueSet')?.conditionalDelete).toBeUndefined();
});
