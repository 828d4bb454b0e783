import { openStore } from '../../src/store/open-store.ts';

/**
 * Commits units of a Claim and its ClaimResponse with 64 writers at once, and prints the id of each that was answered as
 * committed, until it is killed. Arguments: the database file, a prefix for the ids.
 */
const [file, prefix] = process.argv.slice(2);
const store = await openStore(`sqlite:${file}`);
let next = 0;

async function write(): Promise<never> {
  for (;;) {
    const id = `${prefix}-${next++}`;
    const lastUpdated = Math.max(Date.now(), store.lastUpdated);
    const index = [{ kind: 'token' as const, parameter: 'identifier', system: 'urn:test', code: id }];
    const claim = { resourceType: 'Claim', id, versionId: 1, lastUpdated, method: 'POST' as const, index };
    const text = (resourceType: string) => JSON.stringify({ resourceType, id, note: 'x'.repeat(next % 5000) });
    const result = await store.commit({
      changes: [
        { ...claim, text: text('Claim'), identities: [id] },
        { ...claim, resourceType: 'ClaimResponse', text: text('ClaimResponse') },
      ],
    });
    if (result.outcome !== 'committed') throw new Error(`${id}: ${result.outcome}`);
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all(Array.from({ length: 64 }, write));
