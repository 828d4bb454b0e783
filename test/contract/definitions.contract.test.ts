import { expect, it } from 'vitest';
import type { GrowingDefinitions } from '../../src/definitions/definitions.ts';
import { loadDefinitions } from '../../src/definitions/load-definitions.ts';
import { followDefinitions } from '../../src/interactions/follow-definitions.ts';
import type { Store } from '../../src/store/store.ts';
import { change, commit, describeStore, put } from './stored.ts';

const url = (id: string): string => `https://example.org/ValueSet/${id}`;

const textOf = (id: string, ...codes: string[]): string =>
  JSON.stringify({
    resourceType: 'ValueSet',
    id,
    url: url(id),
    status: 'active',
    compose: { include: [{ system: 'x', concept: codes.map(code => ({ code })) }] },
  });

/** What one process knows: its own definitions, kept up with the store. */
interface Process {
  definitions: GrowingDefinitions;
  readOn(): Promise<void>;
}

const startProcess = (store: Store): Process => {
  const definitions = loadDefinitions({ folders: [], packages: [] });
  return { definitions, readOn: followDefinitions(store, definitions) };
};

const isKnown = ({ definitions }: Process, id: string, code: string): string | undefined =>
  definitions.valueSet(url(id))?.judge(code);

describeStore('stored definitions', test => {
  it('are known to every process that reads on, as they were made, changed and deleted', async () => {
    const processes = [startProcess(test.store), startProcess(test.store)];
    const readOn = (): Promise<unknown> => Promise.all(processes.map(process => process.readOn()));
    const verdicts = (id: string, code: string): unknown[] => processes.map(process => isKnown(process, id, code));
    const steps = [
      { made: change({ id: 'a', resourceType: 'ValueSet', text: textOf('a', 'red') }), red: 'yes' },
      { made: change({ id: 'a', resourceType: 'ValueSet', text: textOf('a', 'blue'), versionId: 2 }), red: 'no' },
      { made: change({ id: 'a', resourceType: 'ValueSet', versionId: 3, method: 'DELETE' }), red: undefined },
      { made: change({ id: 'a', resourceType: 'ValueSet', text: textOf('a', 'red'), versionId: 4 }), red: 'yes' },
    ];
    for (const { made, red } of steps) {
      await commit(test.store, made);
      await readOn();
      expect(verdicts('a', 'red')).toEqual([red, red]);
    }
  });

  it('leave a process as it is while nothing is stored, or only what defines nothing', async () => {
    const process = startProcess(test.store);
    await put(test.store, { id: 'a', resourceType: 'ValueSet', text: textOf('a', 'red') });
    await process.readOn();
    const { generation } = process.definitions;
    await put(test.store, { id: 'b', text: 'no JSON, and never read' });
    await process.readOn();
    expect(process.definitions.generation).toBe(generation);
  });

  it('are all known to a process that starts later, however many there are', async () => {
    for (let n = 0; n < 250; n++)
      await put(test.store, { id: `v${n}`, resourceType: 'ValueSet', text: textOf(`v${n}`, 'red') });
    await put(test.store, { id: 'v7', resourceType: 'ValueSet', versionId: 2, method: 'DELETE' });
    await test.reopen();
    const process = startProcess(test.store);
    await process.readOn();
    expect(process.definitions.generation).toBe(1);
    expect(process.definitions.posted).toHaveLength(249);
    expect([0, 7, 249].map(n => isKnown(process, `v${n}`, 'red'))).toEqual(['yes', undefined, 'yes']);
  });

  it('are known when the call returns that came after their commit, whoever calls at the same time', async () => {
    const process = startProcess(test.store);
    const known = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        await put(test.store, { id: `v${n}`, resourceType: 'ValueSet', text: textOf(`v${n}`, 'red') });
        await process.readOn();
        return isKnown(process, `v${n}`, 'red');
      }),
    );
    expect(new Set(known)).toEqual(new Set(['yes']));
  });

  it('are read again after the store did not answer', async () => {
    let broken = true;
    const failing: Pick<Store, 'newest'> = {
      newest: (...asked) => (broken ? Promise.reject(new Error('gone')) : test.store.newest(...asked)),
    };
    const definitions = loadDefinitions({ folders: [], packages: [] });
    const readOn = followDefinitions(failing, definitions);
    await put(test.store, { id: 'a', resourceType: 'ValueSet', text: textOf('a', 'red') });
    await expect(readOn()).rejects.toThrow('gone');
    broken = false;
    await readOn();
    expect(definitions.valueSet(url('a'))?.judge('red')).toBe('yes');
  });
});
