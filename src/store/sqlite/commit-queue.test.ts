import { describe, expect, it } from 'vitest';
import type { Unit } from '../store.ts';
import { CommitQueue } from './commit-queue.ts';
import { TermKeys } from './term-keys.ts';

const data = {
  file: '',
  durable: false,
  cacheBytes: 2 ** 20,
  searchLimit: 0,
  mostScanned: 0,
  foldRows: 0,
  fullTextTypes: [],
  keys: [],
};
const script = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
const start = (text: string): Promise<CommitQueue> =>
  CommitQueue.start(data, new TermKeys(Buffer.alloc(8)), () => {}, script(text));

const unit: Unit = {
  changes: [{ resourceType: 'Basic', id: 'a', versionId: 1, lastUpdated: 1, method: 'POST', text: '{}', index: [] }],
};

const dying = `
  import { parentPort } from 'node:worker_threads';
  parentPort.postMessage({ kind: 'ready' });
  parentPort.on('message', () => { throw new Error('out of order'); });`;

describe('commit queue', () => {
  it('rejects what waits, and all that comes later, when the writer thread dies', async () => {
    const queue = await start(dying);
    const results = await Promise.allSettled([queue.commit(unit), queue.commit(unit), queue.check()]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'StoreError', kind: 'unavailable' } });
    }
    await expect(queue.commit(unit)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(queue.check()).rejects.toMatchObject({ kind: 'unavailable' });
    await queue.close();
  });

  it('does not start where the thread cannot', async () => {
    await expect(start("throw new Error('no database')")).rejects.toThrow('no database');
  });

  it('refuses a unit that cannot be packed, and sends the others whole', async () => {
    const queue = await start(`
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage({ kind: 'ready' });
      parentPort.on('message', ({ kind, packet }) => {
        if (kind === 'close') { parentPort.postMessage({ kind: 'closed' }); parentPort.close(); return; }
        const results = [{ outcome: packet.texts + ' ' + packet.numbers.join(' ') }];
        parentPort.postMessage({ kind: 'committed', results, buffers: { numbers: packet.numbers.buffer, terms: packet.terms, bodies: packet.bodies } });
      });`);
    const [change] = unit.changes;
    const broken = { changes: [change!, { ...change!, index: undefined as unknown as [] }] };
    const refused = expect(queue.commit(broken)).rejects.toThrow(TypeError);
    const sent = await queue.commit(unit);
    await refused;
    expect(sent).toEqual({ outcome: 'Basica 1 5 1 1 1 0 0 2 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0' });
    await queue.close();
  });
});
