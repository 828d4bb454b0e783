import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import openimis from '../../capability-statements/openimis.json' with { type: 'json' };
import { FhirError } from '../../src/fhir/fhir-error.ts';
import type { Deps, InteractionResult } from '../../src/interactions/context.ts';
import { create } from '../../src/interactions/create.ts';
import { deleteResource } from '../../src/interactions/delete.ts';
import { historyInstance } from '../../src/interactions/history-instance.ts';
import { historyType } from '../../src/interactions/history-type.ts';
import { patchResource } from '../../src/interactions/patch.ts';
import { processBundle } from '../../src/interactions/process-bundle.ts';
import { read } from '../../src/interactions/read.ts';
import { searchSystem } from '../../src/interactions/search-system.ts';
import { searchType } from '../../src/interactions/search-type.ts';
import { update } from '../../src/interactions/update.ts';
import { vread } from '../../src/interactions/vread.ts';
import { operations } from '../../src/operations/operations.ts';
import { requireOperation } from '../../src/operations/require-operation.ts';
import { readRoles } from '../../src/security/read-roles.ts';
import { useServer } from '../http/start-server.ts';
import { limitOf } from '../store-url.ts';
import { leastResource, type Whose } from './least-resources.ts';
import { clientOf } from './serve-clients.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });
const ROLES = [
  ...readRoles(
    'src/security/roles',
    openimis.rest[0]!.resource.map(({ type }) => type),
  ).keys(),
];
const ORGANIZATIONS: Readonly<Record<string, string>> = { 'district-officer': 'Location/own' };
/** Types whose resources a client writes or reads; definitions are read by all. */
const TYPES = openimis.rest[0]!.resource.filter(({ interaction }) => interaction.length > 1)
  .map(({ type }) => type)
  .sort();

const bodyOf = (value: object): Buffer => Buffer.from(JSON.stringify(value));

/** Whether an attempt goes through. What is refused is refused as by access, or as if there was nothing. */
const goes = async (attempt: Promise<InteractionResult>): Promise<boolean> => {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const rules = error.issues.map(({ rule }) => rule);
    const expected = [
      'access-denied',
      'resource-unknown',
      'version-unknown',
      'update-create-refused',
      'reference-not-found',
    ];
    expect(expected, JSON.stringify(error.issues)).toContain(rules[0]);
    return false;
  }
};

/** Whether the resource is in a Bundle that is answered, or there is none because that is denied. */
const finds = async (attempt: Promise<InteractionResult>, name: string): Promise<boolean> => {
  const answered = attempt.then(({ body = '' }) => body);
  const isAnswered = await goes(answered.then(body => ({ status: 200, body })));
  return isAnswered && (await answered).includes(`/${name}"`);
};

const asIs = { prefer: { return: 'representation', handling: 'strict', normalize: undefined } as const };

/** What a client may do with one resource: letters of `cruds`, and `l` for finding it in a list of its type. */
const probe = async (deps: Deps, resourceType: string, whose: Whose): Promise<string> => {
  const key = { resourceType, id: whose };
  const name = `${resourceType}/${whose}`;
  const content = leastResource(resourceType, whose);
  const { id: _id, ...created } = content;
  const strict = { resourceType, handling: 'strict' } as const;
  const mayCreate = await goes(create(deps, { resourceType, body: bodyOf(created) }));

  const mayRead = await goes(read(deps, resourceType, whose));
  expect(await goes(vread(deps, resourceType, whose, '1')), `vread of ${name}`).toBe(mayRead);
  expect(await goes(historyInstance(deps, { ...key, parameters: [] })), `history of ${name}`).toBe(mayRead);
  const batch = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: name } }] };
  const inBatch = await processBundle(deps, { body: bodyOf(batch), ...asIs });
  expect(inBatch.body?.includes('"status":"200'), `batch with ${name}`).toBe(mayRead);

  const maySearch = await finds(searchType(deps, { ...strict, parameters: [['_id', whose]] }), name);
  const ofTypes = [
    ['_type', resourceType],
    ['_id', whose],
  ] as const;
  expect(await finds(searchSystem(deps, { path: '', handling: 'strict', parameters: ofTypes }), name)).toBe(maySearch);
  const mayList = await finds(searchType(deps, { ...strict, parameters: [['_count', '1000']] }), name);
  const inHistory = historyType(deps, { resourceType, parameters: [['_count', '1000']] });
  expect(await finds(inHistory, name), `history of the type of ${name}`).toBe(mayList);

  const changed = { ...content, language: 'sw' };
  const mayUpdate = await goes(update(deps, { ...key, body: bodyOf(changed) }));
  const patch = { ...key, mediaType: 'application/merge-patch+json', body: bodyOf({ language: 'fr' }) };
  expect(await goes(patchResource(deps, patch)), `patch of ${name}`).toBe(mayUpdate && mayRead);
  await goes(deleteResource(deps, key));
  const { store } = server.app.deps;
  const mayDelete = (await store.read(key))?.method === 'DELETE';
  await update(server.app.deps, { ...key, body: bodyOf(content) });
  return [
    ...(mayCreate ? 'c' : ''),
    ...(mayRead ? 'r' : ''),
    ...(mayUpdate ? 'u' : ''),
    ...(mayDelete ? 'd' : ''),
    ...(maySearch ? 's' : ''),
    ...(mayList ? 'l' : ''),
  ].join('');
};

const cellOf = (own: string, foreign: string): string =>
  own === foreign ? own || '-' : `${own || '-'} / ${foreign || '-'}`;

beforeAll(async () => {
  for (const type of TYPES) {
    for (const whose of ['own', 'foreign'] as const) {
      await update(server.app.deps, { resourceType: type, id: whose, body: bodyOf(leastResource(type, whose)) });
    }
  }
});

/** Every operation that is offered somewhere, on the system (no type) or on a type. */
const CALLS: (readonly [resourceType: string | undefined, code: string])[] = openimis.rest[0]!.resource.flatMap(
  resource =>
    ('operation' in resource ? resource.operation : []).flatMap(({ name }) =>
      operations.has(name) ? [[resource.type, name] as const] : [],
    ),
);

test('every role calls the operations that docs/access.md says, and no other one', async () => {
  const clients = ROLES.map(role => server.app.depsOfCaller(clientOf(role, 'Organization/own')));
  const lines = CALLS.map(([resourceType, code]) => {
    const cells = clients.map(deps => {
      try {
        requireOperation(deps, operations.get(code)!, { level: 'type', ...(resourceType && { resourceType }) });
        return 'yes';
      } catch (error) {
        expect(error).toMatchObject({ status: 403 });
        return '-';
      }
    });
    return `| ${resourceType} $${code} | ${cells.join(' | ')} |`;
  });
  // What everybody may call, and what is there for every type, is told in words.
  const told = lines.filter(line => line.includes('| -') && !/ \$meta/.test(line)).sort();
  const documented = readFileSync('docs/access.md', 'utf8').match(/^\| \w+ \$.*(?:\n\|.*)*/m)?.[0];
  expect(told.join('\n')).toBe(documented);
});

test(
  'every role does with every type, own and foreign, what docs/access.md says, and nothing else',
  async () => {
    const lines = [`| | ${ROLES.join(' | ')} |`, `|---|${ROLES.map(() => '---').join('|')}|`];
    const clients = ROLES.map(role =>
      server.app.depsOfCaller(clientOf(role, ORGANIZATIONS[role] ?? 'Organization/own')),
    );
    for (const type of TYPES) {
      const cells: string[] = [];
      for (const deps of clients)
        cells.push(cellOf(await probe(deps, type, 'own'), await probe(deps, type, 'foreign')));
      lines.push(`| ${type} | ${cells.join(' | ')} |`);
    }
    const table = lines.join('\n');
    const documented = readFileSync('docs/access.md', 'utf8').match(/^\| \| .*(?:\n\|.*)*/m)?.[0];
    expect(table).toBe(documented);
  },
  limitOf(30_000),
);
