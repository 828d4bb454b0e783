import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { loadRoles } from '../../src/interactions/load-roles.ts';
import { operations } from '../../src/operations/operations.ts';
import type { Role } from '../../src/security/role.ts';
import { useServer } from '../http/start-server.ts';

const server = useServer();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-roles-'));
});

afterAll(() => rm(folder, { recursive: true }));

const load = async (role: unknown): Promise<Role | undefined> => {
  await writeFile(join(folder, 'tried.json'), JSON.stringify(role));
  return loadRoles(folder, server.app.deps, new Set(operations.keys())).get('tried');
};

const role = (claim: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...{ title: 'Tried', description: 'Tried.', clearance: 'N', types: { Claim: claim } },
  ...more,
});

describe('a role file', () => {
  test('may be what docs/access.md shows', async () => {
    const [, example = ''] = /A role is a file[\s\S]*?```json\n([\s\S]*?)```/.exec(
      await readFile('docs/access.md', 'utf8'),
    )!;
    const loaded = await load(JSON.parse(example));
    expect([...loaded!.types.keys()]).toEqual(['Claim', 'Patient', 'Medication']);
  });

  test.each<[string, JsonObject, RegExp]>([
    [
      'a type that R4 does not have',
      role({}, { types: { Klaim: { may: 'r' } } }),
      /tried\.types\.Klaim is no resource type/,
    ],
    ['letters in another order', role({ may: 'sr' }), /tried\.types\.Claim\.may must be of the letters cruds/],
    ['a member that is not known', role({ may: 'r', row: ['status=active'] }), /Claim\.row is not known here/],
    [
      'a search that is none',
      role({ may: 'r', rows: ['facilty={organization}'] }),
      /Claim\?facilty=.*Did you mean "facility"/,
    ],
    [
      'a search with something else',
      role({ may: 'r', rows: ['status=active&_count=1'] }),
      /search parameters of Claim alone/,
    ],
    [
      'a wrong value of writes',
      role({ may: 'c', writes: ['created=soon'] }),
      /tried cannot be used: Claim\?created=soon/,
    ],
    ['a parameter that is not there', role({ may: 'r', exact: ['number'] }), /Claim has no number/],
    ['an element that is not there', role({ may: 'r', elements: ['diagnoses'] }), /Claim has no diagnoses/],
    [
      'elements of what it writes',
      role({ may: 'ru', elements: ['status'] }),
      /who writes a resource must see the whole/,
    ],
    ['an operation that is not there', role({ may: 'r', operations: ['pay'] }), /Claim has no pay/],
    ['no clearance', role({ may: 'r' }, { clearance: 'secret' }), /tried\.clearance must be one of U, L, M, N, R, V/],
    ['no title', role({ may: 'r' }, { title: '' }), /tried\.title must be a text/],
    [
      'a fault in its emergency',
      role({ may: 'r' }, { emergency: { clearance: 'V', types: { Claim: { may: 'x' } } } }),
      /tried\.emergency\.types\.Claim\.may/,
    ],
  ])('is refused at the start with %s', async (_what, file, message) => {
    await expect(load(file)).rejects.toThrow(message);
  });
});
