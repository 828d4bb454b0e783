import { expect, it } from 'vitest';
import { createChangeLog } from '../../src/integrations/connector/change-log.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Change } from '../../src/store/store.ts';

it('goes a long way through the log without keeping others from their turns, and ends where the log does', async () => {
  const store = await openStore('sqlite::memory:');
  const change = (id: number): Change => ({
    ...{ resourceType: 'Basic', id: `b${id}`, versionId: 1, lastUpdated: 1, method: 'POST' },
    ...{ text: `{"resourceType":"Basic","id":"b${id}"}`, index: [] },
  });
  await Promise.all(Array.from({ length: 1500 }, (_none, id) => store.commit({ changes: [change(id)] })));
  const log = createChangeLog(store);
  log.start(['Basic']);
  let turns = 0;
  const count = (): void => {
    turns += 1;
    turn = setImmediate(count);
  };
  let turn = setImmediate(count);
  let found = 0;
  let pages = 0;
  for (let at = 0; ; pages++) {
    const page = await log.read(at);
    if (page.length === 0) break;
    found += page.length;
    at = page.at(-1)!.sequence;
  }
  clearImmediate(turn);
  expect(found).toBe(1500);
  expect(turns).toBeGreaterThanOrEqual(pages);
  await store.close();
});
