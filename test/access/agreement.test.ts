import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import type { Deps } from '../../src/interactions/context.ts';
import { createDepsOfCaller } from '../../src/interactions/deps-of-caller.ts';
import { searchSettings } from '../../src/interactions/search-settings.ts';
import { update } from '../../src/interactions/update.ts';
import { createExtractor } from '../../src/search/extract.ts';
import { gather } from '../../src/search/gather.ts';
import type { Matchable } from '../../src/search/match.ts';
import { parseSearch } from '../../src/search/parse-search.ts';
import { readRole } from '../../src/security/read-roles.ts';
import { createRuleEntries, onlyParameters } from '../../src/security/rule-entries.ts';
import { useServer } from '../http/start-server.ts';
import { limitOf, runsOf } from '../store-url.ts';
import { leastResource } from './least-resources.ts';
import { clientOf } from './serve-clients.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });

const MINE = 'Organization/o1';
const ROWS: Readonly<Record<string, string[]>> = {
  Organization: [],
  Patient: ['organization={organization}'],
  Claim: ['provider={organization}'],
  ClaimResponse: ['request:Claim.provider={organization}'],
  Task: ['owner={organization}', 'focus:Claim.provider={organization}'],
};
const TYPES = Object.keys(ROWS);

/** The rows in plain words, for the comparison. */
const isMine = (resource: Resource, all: ReadonlyMap<string, Resource>): boolean => {
  const at = (name: string): string | undefined => (resource[name] as { reference: string } | undefined)?.reference;
  const claimIsMine = (reference = ''): boolean => {
    const claim = all.get(reference);
    return claim !== undefined && isMine(claim, all);
  };
  switch (resource.resourceType) {
    case 'Patient':
      return at('managingOrganization') === MINE;
    case 'Claim':
      return at('provider') === MINE;
    case 'ClaimResponse':
      return claimIsMine(at('request'));
    case 'Task':
      return at('owner') === MINE || claimIsMine(at('focus'));
    default:
      return true;
  }
};

/** Parts of searches by type: links forth and back, to what is one's own and what is not, and their opposites. */
const PARTS: Readonly<Record<string, string[]>> = {
  Organization: [
    ...['_id=o0,o1,o2', '_has:Claim:provider:status=active', '_has:Claim:provider:status=cancelled'],
    ...['_has:Claim:insurer:status=active', '_has:Patient:organization:family=B', '_has:Task:owner:status=requested'],
  ],
  Patient: [
    ...['family=A', 'family:exact=B', 'gender:not=male', '_id=p0,p1,p2,p3', 'organization=Organization/o2'],
    ...['_has:Claim:patient:status=active', '_has:Claim:patient:provider=Organization/o2'],
    ...['_has:Claim:patient:_has:ClaimResponse:request:outcome=queued', '_has:ClaimResponse:patient:outcome=error'],
  ],
  Claim: [
    ...['status=active', 'status:not=active', 'created=ge2026-01-05', 'patient.family=A', 'patient.gender=female'],
    ...['provider=Organization/o2', 'insurer=Organization/o2', 'patient:Patient.organization=Organization/o2'],
    ...['_has:ClaimResponse:request:outcome=queued', '_has:Task:focus:owner=Organization/o2', 'insurer.name=any'],
    '_filter=status eq "cancelled" or patient.family eq "C"',
  ],
  ClaimResponse: [
    ...['outcome=queued', 'request.status=active', 'request:Claim.provider=Organization/o2', 'patient.family=B'],
    ...['request:Claim.patient.family=A', 'outcome:not=queued'],
  ],
  Task: ['status=requested', 'focus:Claim.status=active', 'owner=Organization/o2', 'focus:Claim.patient.family=B'],
};

const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const organization = pick(['Organization/o0', MINE, 'Organization/o2']);

const worlds: fc.Arbitrary<Resource[]> = fc
  .tuple(
    fc.array(fc.tuple(organization, pick(['A', 'B', 'C']), pick(['male', 'female'])), { minLength: 4, maxLength: 6 }),
    fc.array(
      fc.tuple(organization, organization, fc.nat(3), pick(['active', 'cancelled']), fc.integer({ min: 1, max: 9 })),
      {
        minLength: 6,
        maxLength: 12,
      },
    ),
    fc.array(fc.tuple(organization, fc.nat(5)), { minLength: 2, maxLength: 4 }),
  )
  .map(([patients, claims, tasks]) => [
    ...['o0', 'o1', 'o2'].map(id => ({ ...leastResource('Organization', 'own'), id })),
    ...patients.map(([managing, family, gender], index) => ({
      ...{ resourceType: 'Patient', id: `p${index}`, name: [{ family }], gender },
      managingOrganization: { reference: managing },
    })),
    ...claims.flatMap(([provider, insurer, patient, status, day], index) => [
      {
        ...{ ...leastResource('Claim', 'own'), id: `c${index}`, status, created: `2026-01-0${day}` },
        ...{ provider: { reference: provider }, insurer: { reference: insurer } },
        patient: { reference: `Patient/p${patient}` },
      },
      {
        ...{ ...leastResource('ClaimResponse', 'own'), id: `c${index}`, outcome: day > 4 ? 'queued' : 'error' },
        ...{ request: { reference: `Claim/c${index}` }, patient: { reference: `Patient/p${patient}` } },
      },
    ]),
    ...tasks.map(([owner, claim], index) => ({
      ...{ ...leastResource('Task', 'own'), id: `t${index}`, owner: { reference: owner } },
      focus: { reference: `Claim/c${claim}` },
    })),
  ]);

const searches = pick(TYPES).chain(type =>
  fc.tuple(fc.constant(type), fc.uniqueArray(pick(PARTS[type]!), { minLength: 1, maxLength: 2 })),
);

let client: Deps;

beforeAll(() => {
  const { deps } = server.app;
  const types = Object.fromEntries(TYPES.map(type => [type, { may: 'rs', rows: ROWS[type]! }]));
  const role = readRole('tried', { title: 'Tried', description: 'Tried.', clearance: 'V', types }, TYPES);
  const entries = createRuleEntries(deps.definitions, isWanted =>
    createExtractor(onlyParameters(deps.definitions, isWanted), deps.settings),
  );
  const options = { roles: new Map([['tried', role]]), entries, patientParameters: new Map() };
  client = createDepsOfCaller(deps, options)(clientOf('tried', MINE));
});

const namesOf = (items: readonly { resourceType: string; id: string }[]): string[] =>
  items.map(({ resourceType, id }) => `${resourceType}/${id}`).sort();

test(
  'what a client finds is what is found in a world that has nothing but its own',
  async () => {
    const { deps } = server.app;
    await fc.assert(
      fc.asyncProperty(worlds, fc.array(searches, { minLength: 12, maxLength: 12 }), async (world, asked) => {
        for (const type of TYPES) {
          const { versions } = await deps.store.search({
            resourceType: type,
            where: [],
            sort: [],
            count: 100,
            total: 'none',
          });
          const lastUpdated = deps.now();
          const changes = versions.map(({ resourceType, id, versionId }) => ({
            ...{ resourceType, id, versionId: versionId + 1, lastUpdated, method: 'DELETE' as const, index: [] },
          }));
          expect((await deps.store.commit({ changes })).outcome).toBe('committed');
        }
        for (const each of world) {
          const { resourceType, id } = each;
          await update(deps, { resourceType, id: id!, body: Buffer.from(JSON.stringify(each)) });
        }
        const all = new Map(world.map(each => [`${each.resourceType}/${each.id}`, each]));
        const own = gather<Matchable>();
        for (const each of world) {
          const { resourceType, id = '' } = each;
          const mine = isMine(each, all);
          if (mine)
            own.add({ resourceType, id, lastUpdated: 0, index: deps.extract(each), text: JSON.stringify(each) });
          expect((await client.store.read({ resourceType, id })) !== undefined, `${resourceType}/${id}`).toBe(mine);
        }
        for (const [resourceType, parts] of asked) {
          const parameters = [...new URLSearchParams(parts.join('&'))];
          const { query } = parseSearch({ ...searchSettings(deps, resourceType), parameters, handling: 'strict' });
          const found = await client.store.search({ ...query, count: 100, total: 'accurate' });
          const expected = namesOf(own.find(query));
          expect([namesOf(found.versions), found.total], `${resourceType}?${parts.join('&')}`).toEqual([
            expected,
            expected.length,
          ]);
        }
        const history = await client.store.history({ of: { resourceTypes: TYPES }, count: 1000 });
        const living = history.versions.filter(({ method }) => method !== 'DELETE');
        for (const { resourceType, id } of living) {
          const isThere = all.has(`${resourceType}/${id}`);
          if (isThere) expect((await client.store.read({ resourceType, id })) !== undefined).toBe(true);
        }
      }),
      { numRuns: runsOf(12) },
    );
  },
  limitOf(30_000),
);
