import { afterEach, describe, expect, test } from 'vitest';
import type { ValidationProcesses } from '../interactions/validation-processes.ts';
import { createValidationProcesses, type ValidationProcessesOptions } from './create-validation-processes.ts';
import type { ProcessData } from './process-messages.ts';

/** Does what the text to judge says, so that every way of breaking down can be seen. */
const FAILING = new URL('../../test/fixtures/failing-process.ts', import.meta.url);

const JUDGING = new URL('./validation-process.ts', import.meta.url);

const DATA: ProcessData = {
  folders: ['profiles/r4'],
  packages: [],
  posted: [],
  validation: {},
  requiredProfiles: new Map(),
  maxDepth: 64,
};

const opened: ValidationProcesses[] = [];
afterEach(async () => {
  for (const processes of opened.splice(0)) await processes.close();
});

const open = (options: Partial<ValidationProcessesOptions> = {}) => {
  const processes = createValidationProcesses({
    data: () => DATA,
    generation: () => 0,
    most: 1,
    mostWaiting: 2,
    limitMs: 20_000,
    heapMegabytes: 64,
    script: FAILING,
    ...options,
  });
  opened.push(processes);
  return { processes, run: (text: string) => processes.run('validate', { text, profiles: [] }) };
};

describe('validation processes', () => {
  test('judge by definitions that were posted', async () => {
    const url = 'https://kiungo.example/fhir/StructureDefinition/posted-basic';
    const resource = {
      resourceType: 'StructureDefinition',
      id: 'posted-basic',
      url,
      name: 'PostedBasic',
      status: 'active',
      kind: 'resource',
      abstract: false,
      type: 'Basic',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Basic',
      derivation: 'constraint',
      differential: { element: [{ id: 'Basic.subject', path: 'Basic.subject', min: 1 }] },
    };
    const posted = [{ resourceType: 'StructureDefinition', id: 'posted-basic', resource }];
    const { processes } = open({ data: () => ({ ...DATA, posted }), script: JUDGING, heapMegabytes: 256 });
    const text = JSON.stringify({ resourceType: 'Basic', code: { text: 'x' } });
    const issues = await processes.run('validate', { text, profiles: [url] });
    expect(issues).toMatchObject([{ severity: 'error', code: 'required', expression: 'Basic.subject' }]);
  });

  test('judge as the server itself does', async () => {
    const { processes } = open({ heapMegabytes: 256, script: JUDGING });
    const text = '{"resourceType":"Basic"}';
    expect(await processes.run('validate', { text, profiles: [] })).toMatchObject([{ expression: 'Basic.code' }]);
    const input = { parameters: [['mode', 'create']] as const, body: Buffer.from(text) };
    const judged = await processes.run('judgeInput', input);
    expect(judged).toMatchObject({ mode: 'create', profiles: [], issues: [{ expression: 'Basic.code' }, {}] });
    await expect(processes.run('judgeInput', { ...input, body: Buffer.from('{') })).rejects.toMatchObject({
      status: 400,
      issues: [{ rule: 'json-malformed' }],
    });
  });

  test.each([['exit'], ['throw'], ['grow']])(
    'one that breaks down (%s) takes only the body with it that it was judging',
    async text => {
      const { run } = open();
      const [broken, next] = await Promise.allSettled([run(text), run('judge')]);
      expect(broken).toMatchObject({
        status: 'rejected',
        reason: { status: 503, issues: [{ rule: 'validation-unfinished' }] },
      });
      expect(next.status).toBe('fulfilled');
    },
  );

  test('one that takes too long is ended', async () => {
    const { run } = open({ limitMs: 3000 });
    await expect(run('loop')).rejects.toMatchObject({ status: 503, issues: [{ rule: 'validation-unfinished' }] });
    expect(await run('judge')).toBeGreaterThan(0);
  });

  test('a refusal is told as it is, and what nobody foresaw is thrown with its trace', async () => {
    const { run } = open();
    await expect(run('refuse')).rejects.toMatchObject({ name: 'FhirError', status: 400 });
    await expect(run('fail')).rejects.toThrow('nobody foresaw this');
    expect(await run('judge')).toBeGreaterThan(0);
  });

  test('are started when needed, as many as may be, and what comes beyond waits or is refused', async () => {
    const { run } = open({ most: 2 });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => run('judge')));
    const ids = results.flatMap(result => (result.status === 'fulfilled' ? [result.value as unknown as number] : []));
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(2);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([
      { reason: { status: 503, headers: { 'retry-after': '5' }, issues: [{ rule: 'validation-busy' }] } },
      { reason: { status: 503 } },
    ]);
  });

  test('are replaced once definitions have changed', async () => {
    let generation = 0;
    const { run } = open({ most: 2, generation: () => generation });
    const first = await run('judge');
    expect(await run('judge')).toBe(first);
    generation++;
    const second = await run('judge');
    expect(second).not.toBe(first);
    expect(await run('judge')).toBe(second);
    generation++;
    const both = await Promise.all([run('judge'), run('judge')]);
    expect(new Set([...both, first, second]).size).toBe(4);
  });

  test('take nothing more once they are closed', async () => {
    const { processes, run } = open();
    const running = Promise.allSettled([run('loop'), run('judge')]);
    await processes.close();
    expect((await running).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(run('judge')).rejects.toMatchObject({ status: 503 });
  });
});
