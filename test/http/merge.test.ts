import type { Bundle, Group, Parameters, Patient, Provenance, Reference } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

const put = async (resource: object): Promise<void> => {
  const { resourceType, id } = resource as Resource;
  const { status, text } = await server.put(`${resourceType}/${id}`, resource as Resource);
  expect(status, text).toBeLessThan(300);
};

const stored = async <Type>(reference: string): Promise<Type> => {
  const { status, body, text } = await server.get(reference);
  expect(status, text).toBe(200);
  return body as unknown as Type;
};

const call = (operation: string, names: Record<string, string>, more: object[] = []) => {
  const parameter = Object.entries(names).map(([name, reference]) => ({ name, valueReference: { reference } }));
  return server.post(`Patient/$${operation}`, {
    resourceType: 'Parameters',
    parameter: [...parameter, ...more],
  } as never);
};

const done = async (operation: string, names: Record<string, string>, more: object[] = []): Promise<Parameters> => {
  const { status, body, text } = await call(operation, names, more);
  expect(status, text).toBe(200);
  return body as unknown as Parameters;
};

const resultOf = ({ parameter = [] }: Parameters): Patient =>
  parameter.find(({ name }) => name === 'result')!.resource as Patient;

const references = ({ parameter = [] }: Parameters, name: string): string[] =>
  parameter.filter(each => each.name === name).map(({ valueReference }) => (valueReference as Reference).reference!);

let people = 0;

/** Two records of one person, and what refers to the first. */
const twoRecords = async () => {
  people += 1;
  const [source, target] = [`old-${people}`, `new-${people}`];
  await put(patient(`1-${people}`, { id: source }));
  await put(patient(`2-${people}`, { id: target }));
  await put({
    resourceType: 'Group',
    id: `family-${people}`,
    identifier: [{ value: `F-${people}` }],
    active: true,
    type: 'person',
    actual: true,
    name: 'Mwamba',
    member: [{ entity: { reference: `Patient/${target}` } }, { entity: { reference: `Patient/${source}` } }],
  });
  await put({
    resourceType: 'Flag',
    id: `flag-${people}`,
    status: 'active',
    code: { text: 'To be visited' },
    subject: { reference: `Patient/${source}`, display: 'Asha' },
    extension: [{ url: 'https://scheme.example/of', valueReference: { reference: `Patient/${source}` } }],
  });
  await put({
    resourceType: 'List',
    id: `list-${people}`,
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: `Patient/${target}` } }, { item: { reference: `Patient/${source}/_history/1` } }],
    subject: { reference: `${server.url}/Patient/${source}` },
  });
  return { number: people, source: `Patient/${source}`, target: `Patient/${target}` };
};

const body = async (reference: string): Promise<object> => {
  const { meta: _meta, ...rest } = await stored<Resource>(reference);
  return rest;
};

describe('Patient/$merge', () => {
  it('makes one record of two', async () => {
    const { number, source, target } = await twoRecords();
    const before = await body(target);
    const answer = await done('merge', { 'source-patient': source, 'target-patient': target });

    const kept = await stored<Patient>(target);
    expect(resultOf(answer)).toEqual(kept);
    expect(kept).toMatchObject({
      ...before,
      identifier: [{ value: `2-${number}` }, { value: `1-${number}`, use: 'old', type: { text: 'Code' } }],
      link: [{ other: { reference: source }, type: 'replaces' }],
    });
    expect(await stored(source)).toMatchObject({
      active: false,
      identifier: [{ value: `1-${number}` }],
      link: [{ other: { reference: target }, type: 'replaced-by' }],
    });
    // The record that stays is one that a client can send back.
    await put({ ...kept, maritalStatus: { text: 'married' } });
  });

  it('makes all that referred to the source refer to the target, but not what named a version', async () => {
    const { number, source, target } = await twoRecords();
    const answer = await done('merge', { 'source-patient': source, 'target-patient': target });
    expect(references(answer, 'changed').sort()).toEqual(
      ['Flag/flag', 'Group/family', 'List/list'].map(name => `${name}-${number}/_history/2`),
    );
    expect(await stored(`Flag/flag-${number}`)).toMatchObject({
      subject: { reference: target, display: 'Asha' },
      extension: [{ valueReference: { reference: target } }],
    });
    expect((await stored<Group>(`Group/family-${number}`)).member).toEqual([{ entity: { reference: target } }]);
    expect(await stored(`List/list-${number}`)).toMatchObject({
      entry: [{ item: { reference: target } }, { item: { reference: `${source}/_history/1` } }],
      subject: { reference: target },
    });
    const found = await stored<Bundle>(`Flag?subject=${target}`);
    expect(found.entry?.map(({ resource }) => resource?.id)).toEqual([`flag-${number}`]);
  });

  it('records what was done, in the versions that it made', async () => {
    const { number, source, target } = await twoRecords();
    const answer = await done('merge', { 'source-patient': source, 'target-patient': target });
    const [reference] = references(answer, 'provenance');
    const record = await stored<Provenance>(reference!);
    expect(record.activity?.coding?.[0]?.code).toBe('merge');
    expect(record.target.map(each => each.reference)).toEqual([
      `${target}/_history/2`,
      `${source}/_history/2`,
      ...references(answer, 'changed'),
    ]);
    expect(record.entity?.map(({ what }) => what.reference)).toEqual([source, target]);
    const { meta } = await stored<Patient>(`${target}/_history/2`);
    expect((await stored<Group>(`Group/family-${number}`)).meta?.lastUpdated).toBe(meta?.lastUpdated);
  });

  it('changes nothing for a preview, and tells the same', async () => {
    const { source, target } = await twoRecords();
    const before = await Promise.all([stored(source), stored(target)]);
    const names = { 'source-patient': source, 'target-patient': target };
    const preview = await done('merge', names, [{ name: 'preview', valueBoolean: true }]);
    expect(references(preview, 'changed')).toHaveLength(3);
    expect(resultOf(preview).link).toHaveLength(1);
    expect(await Promise.all([stored(source), stored(target)])).toEqual(before);
  });

  it('takes the record that is to stay as the client says it is', async () => {
    const { number, source, target } = await twoRecords();
    const result = { ...(await body(target)), birthDate: '1990-07-15' };
    const names = { 'source-patient': source, 'target-patient': target };
    await done('merge', names, [{ name: 'result-patient', resource: result }]);
    expect(await stored(target)).toMatchObject({
      birthDate: '1990-07-15',
      identifier: [{ value: `2-${number}` }, { value: `1-${number}` }],
    });
  });

  it('takes along, called again, what came for the source since', async () => {
    const { source, target } = await twoRecords();
    const names = { 'source-patient': source, 'target-patient': target };
    await done('merge', names);
    const late = { resourceType: 'Flag', id: `late-${source.slice(8)}`, status: 'active', code: { text: 'Late' } };
    await put({ ...late, subject: { reference: source } });
    expect(references(await done('merge', names), 'changed')).toEqual([`Flag/${late.id}/_history/2`]);
    expect(references(await done('merge', names), 'changed')).toEqual([]);
    await done('unmerge', { 'source-patient': source });
    expect(await stored(`Flag/${late.id}`)).toMatchObject({ subject: { reference: source } });
  });

  it('is not found by $match as the source any more', async () => {
    const { source, target } = await twoRecords();
    const description = await body(source);
    await done('merge', { 'source-patient': source, 'target-patient': target });
    const { body: bundle } = await server.post('Patient/$match', description as never);
    const ids = (bundle as unknown as Bundle).entry?.map(({ resource }) => `Patient/${resource?.id}`);
    expect(ids).toContain(target);
    expect(ids).not.toContain(source);
  });

  it('refuses what cannot be', async () => {
    const [one, two] = [await twoRecords(), await twoRecords()];
    const merge = (source: string, target: string, more: object[] = []) =>
      call('merge', { 'source-patient': source, 'target-patient': target }, more);
    expectOutcome(await merge(one.source, one.source), 422, 'merge-refused');
    expectOutcome(await merge(one.source, 'Patient/nobody'), 404, 'resource-unknown');
    expectOutcome(await merge(one.source, 'Group/family-1'), 400, 'operation-parameter-invalid');
    expectOutcome(await call('merge', { 'source-patient': one.source }), 400, 'operation-parameter-missing');
    const other = [{ name: 'result-patient', resource: await body(two.target) }];
    expectOutcome(await merge(one.source, one.target, other), 422, 'merge-refused');
    await done('merge', { 'source-patient': one.source, 'target-patient': one.target });
    expectOutcome(await merge(one.source, two.target), 422, 'merge-refused');
    expectOutcome(await merge(two.source, one.source), 422, 'merge-refused');
    expectOutcome(await call('unmerge', { 'source-patient': two.source }), 422, 'merge-refused');
  });
});

describe('Patient/$unmerge', () => {
  it('makes everything as it was', async () => {
    const { number, source, target } = await twoRecords();
    const names = [source, target, `Flag/flag-${number}`, `Group/family-${number}`, `List/list-${number}`];
    const before = await Promise.all(names.map(body));
    await done('merge', { 'source-patient': source, 'target-patient': target });
    const answer = await done('unmerge', { 'source-patient': source });
    expect(await Promise.all(names.map(body))).toEqual(before);
    expect(references(answer, 'changed')).toHaveLength(3);
    expectOutcome(await call('unmerge', { 'source-patient': source }), 422, 'merge-refused');
    // And again.
    await done('merge', { 'source-patient': source, 'target-patient': target });
    await done('unmerge', { 'source-patient': source });
    expect(await Promise.all(names.map(body))).toEqual(before);
  });

  it('keeps what was changed since, where nothing contradicts', async () => {
    const { number, source, target } = await twoRecords();
    await done('merge', { 'source-patient': source, 'target-patient': target });
    await put({ ...(await stored<Patient>(target)), maritalStatus: { text: 'married' } });
    await put({ ...(await stored<Resource>(`Flag/flag-${number}`)), status: 'inactive' });
    await server.delete(`List/list-${number}`);
    await done('unmerge', { 'source-patient': source });
    const kept = await stored<Patient>(target);
    expect([kept.maritalStatus, kept.link, kept.identifier?.length]).toEqual([{ text: 'married' }, undefined, 1]);
    expect(await stored(`Flag/flag-${number}`)).toMatchObject({ status: 'inactive', subject: { reference: source } });
  });

  it('refuses, and names, what was changed since so that it cannot be as it was', async () => {
    const { number, source, target } = await twoRecords();
    await done('merge', { 'source-patient': source, 'target-patient': target });
    const flag = await stored<Resource>(`Flag/flag-${number}`);
    await put({ ...flag, subject: { reference: `Group/family-${number}` } });
    const answer = await call('unmerge', { 'source-patient': source });
    expectOutcome(answer, 409, 'unmerge-refused');
    expect(answer.text).toContain(`Flag/flag-${number}`);
    expect(await stored(source)).toMatchObject({ active: false });
  });
});
