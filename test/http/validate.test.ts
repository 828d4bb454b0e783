import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import { readDemoScheme } from '../../scripts/demo/scheme.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, loadScheme, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_CLAIM_MODE: 'forward' });
const DAY = `${YEAR}-06-03`;
const KIUNGO_CLAIM = 'https://kiungo.example/fhir/StructureDefinition/kiungo-claim';
const OPENIMIS_CLAIM = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/openimis-claim';

beforeAll(() => loadScheme(server));

interface Told {
  severity: string;
  rule: string;
  text: string;
  expression: string | undefined;
}

/** The issues of a validation that could be done. */
const told = ({ status, text, body }: Answer): Told[] => {
  expect({ status, text }).toEqual({ status: 200, text });
  expect(body.resourceType).toBe('OperationOutcome');
  return (body.issue as unknown as Issues).map(({ severity, details, diagnostics, expression }) => ({
    severity,
    rule: details?.coding[0]?.code ?? '',
    text: diagnostics,
    expression: expression?.[0],
  }));
};
type Issues = {
  severity: string;
  details?: { coding: { code: string }[] };
  diagnostics: string;
  expression?: string[];
}[];

const errorsOf = (answer: Answer): Told[] => told(answer).filter(({ severity }) => severity === 'error');

const claim = (number: string): Resource & { item: JsonObject[] } => ({
  ...malariaClaim(DAY),
  identifier: [{ ...(malariaClaim(DAY).identifier as JsonObject[])[0]!, value: number }],
});

const parameters = (...parameter: JsonObject[]): JsonObject => ({ resourceType: 'Parameters', parameter });

describe('$validate', () => {
  test.each<[string, string, (resource: Resource) => JsonObject]>([
    ['a bare resource on its type', 'Claim/$validate', resource => resource],
    ['Parameters on the type', 'Claim/$validate', resource => parameters({ name: 'resource', resource })],
    ['a bare resource on the system', '$validate', resource => resource],
    ['a bare resource on an instance', 'Claim/any/$validate', resource => resource],
    ['an encoded dollar sign', 'Claim/%24validate', resource => resource],
  ])('takes %s, finds what is wrong, and says what it was judged by', async (_what, path, wrap) => {
    const right = told(await server.post(path, wrap(claim('V-1'))));
    expect(right.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(right.at(-1)).toEqual({
      severity: 'information',
      rule: 'profiles-applied',
      expression: 'Claim',
      text: `Judged by R4's definition of Claim, by ${KIUNGO_CLAIM} (required here).`,
    });
    const wrong = told(await server.post(path, wrap({ ...claim('V-1'), status: 'sent' })));
    expect(wrong[0]).toMatchObject({ severity: 'error', rule: 'code-not-in-value-set', expression: 'Claim.status' });
    expect(wrong.at(-1)?.rule).toBe('profiles-applied');
  });

  test('tells warnings of a valid resource, which a write does not look for', async () => {
    const issues = told(await server.post('Claim/$validate', claim('V-1')));
    expect(issues.some(({ severity }) => severity === 'warning')).toBe(true);
  });

  test('judges by the profiles that are asked for, in the URL and in Parameters, and by those that are claimed', async () => {
    const { enterer: _, ...withoutEnterer } = claim('V-1');
    const asked = await server.post(`Claim/$validate?profile=${encodeURIComponent(OPENIMIS_CLAIM)}`, withoutEnterer);
    expect(errorsOf(asked)).toMatchObject([{ expression: 'Claim.enterer' }]);
    expect(told(asked).at(-1)?.text).toContain(`${OPENIMIS_CLAIM} (asked for)`);
    const twice = parameters(
      { name: 'profile', valueUri: OPENIMIS_CLAIM },
      { name: 'profile', valueCanonical: KIUNGO_CLAIM },
      { name: 'resource', resource: withoutEnterer },
    );
    const answer = await server.post('Claim/$validate', twice);
    expect(errorsOf(answer)).toMatchObject([{ expression: 'Claim.enterer' }]);
    const claimed = { ...withoutEnterer, meta: { profile: [OPENIMIS_CLAIM] } };
    const byClaim = await server.post('Claim/$validate', claimed);
    expect(errorsOf(byClaim)).toMatchObject([{ expression: 'Claim.enterer' }]);
    expect(told(byClaim).at(-1)?.text).toContain(`${OPENIMIS_CLAIM} (claimed by meta.profile)`);
  });

  test('says that a profile is not loaded, and how it can be', async () => {
    const [error, ...others] = errorsOf(
      await server.post('Claim/$validate?profile=https://example.org/none', claim('V-1')),
    );
    expect(others).toEqual([]);
    expect(error).toMatchObject({ rule: 'profile-unknown', expression: 'Claim' });
    expect(error!.text).toContain('https://example.org/none');
    expect(error!.text).toContain('KIUNGO_PACKAGES');
    const other = errorsOf(await server.post(`Patient/$validate?profile=${KIUNGO_CLAIM}`, patient('V-1')));
    expect(other).toMatchObject([{ rule: 'profile-type' }]);
  });

  test('judges a resource of a type that is not enabled, and one on the path of another', async () => {
    expect(errorsOf(await server.post('$validate', { resourceType: 'Linkage' }))).toMatchObject([
      { expression: 'Linkage.item' },
    ]);
    const mismatch = errorsOf(await server.post('Claim/$validate', patient('V-1')));
    expect(mismatch).toMatchObject([{ rule: 'resource-type-mismatch' }]);
    const unknown = told(await server.post('$validate', { resourceType: 'Clam' }));
    expect(unknown[0]).toMatchObject({ rule: 'resource-type-unknown', text: expect.stringContaining('`Claim`') });
  });

  test('refuses only what cannot be read', async () => {
    expectOutcome(await server.post('Claim/$validate', '{"resourceType":'), 400, 'json-malformed');
    expectOutcome(await server.post('Claim/$validate', '{}'), 400, 'json-not-resource');
    expectOutcome(await server.post('Claim/$validate', ''), 400, 'operation-parameter-missing');
    expectOutcome(await server.get('Claim/$validate'), 400, 'operation-parameter-missing');
    const mode = expectOutcome(
      await server.post('Claim/$validate?mode=craete', claim('V-1')),
      400,
      'operation-parameter-invalid',
    );
    expect(mode[0]?.text).toContain('Did you mean create?');
    expectOutcome(await server.post('Claim/$validate?profil=x', claim('V-1')), 400, 'operation-parameter-unknown');
    expectOutcome(await server.post('Claim/$validate?mode=delete', ''), 400, 'operation-parameter-invalid');
  });

  test('judges the stored resource with GET, and with POST when none is given', async () => {
    for (const answer of [
      await server.get('Patient/zuri-sadiki/$validate'),
      await server.post('Patient/zuri-sadiki/$validate', parameters({ name: 'mode', valueCode: 'update' })),
    ]) {
      expect(errorsOf(answer)).toEqual([]);
      expect(told(answer).at(-1)?.text).toContain('definition of Patient');
    }
    expectOutcome(await server.get('Patient/not-here/$validate'), 404, 'resource-unknown');
    expect(errorsOf(await server.get(`Patient/zuri-sadiki/$validate?profile=${KIUNGO_CLAIM}`))).toMatchObject([
      { rule: 'profile-type' },
    ]);
    expect(errorsOf(await server.get('StructureDefinition/kiungo-claim/$validate'))).toEqual([]);
  });
});

describe('$validate with a mode', () => {
  const create = (resource: JsonObject) => server.post('Claim/$validate?mode=create', resource);

  test('tells what a create would be refused for, and stores nothing', async () => {
    expect(errorsOf(await create(claim('V-2')))).toEqual([]);
    expect((await server.get('Claim?identifier=V-2')).body.total).toBe(0);

    const twice = { ...claim('V-2'), item: [claim('V-2').item[0]!, claim('V-2').item[0]!] };
    expect(errorsOf(await create(twice))).toMatchObject([
      { rule: 'claim-line-sequence-repeated', expression: 'Claim.item[1].sequence' },
    ]);
    const lost = { ...claim('V-2'), status: 'sent', patient: { reference: 'Patient/not-here' } };
    expect(errorsOf(await create(lost)).map(({ expression }) => expression)).toEqual(['Claim.status', 'Claim.patient']);
    expect(errorsOf(await server.post('Claim/$validate', { ...lost, status: 'active' }))).toEqual([]);

    expect((await server.post('Claim', claim('V-3'))).status).toBe(201);
    expect(errorsOf(await create(claim('V-3')))).toEqual([]);
    expect(errorsOf(await create({ ...claim('V-3'), use: 'preauthorization' }))).toMatchObject([
      { rule: 'identity-taken', expression: 'Claim.identifier[0]' },
    ]);
  });

  test('tells what an update would be refused for', async () => {
    const { body: stored } = await server.post('Claim', claim('V-4'));
    const path = `Claim/${stored.id}/$validate?mode=update`;
    expect(errorsOf(await server.post(path, { ...stored, use: 'preauthorization' }))).toEqual([]);
    expect((await server.get(`Claim/${stored.id}`)).body).toMatchObject({ use: 'claim', meta: { versionId: '1' } });
    expect(errorsOf(await server.post(path, { ...stored, id: 'other' }))).toMatchObject([{ rule: 'id-mismatch' }]);
    const { body: answer } = await server.get(`ClaimResponse/${stored.id}`);
    expect((await server.put(`ClaimResponse/${stored.id}`, { ...answer, outcome: 'complete' })).status).toBe(200);
    expect(errorsOf(await server.post(path, { ...stored, use: 'preauthorization' }))).toMatchObject([
      { rule: 'claim-adjudicated' },
    ]);
    const { id: _, ...withoutId } = claim('V-4');
    expect(errorsOf(await server.post('Claim/$validate?mode=update', withoutId))).toMatchObject([
      { rule: 'id-mismatch' },
    ]);
  });

  test('tells what a delete would be refused for', async () => {
    const { body: stored } = await server.post('Claim', claim('V-5'));
    const path = `Claim/${stored.id}/$validate?mode=delete`;
    expect(errorsOf(await server.get(path))).toEqual([]);
    expect((await server.get(`Claim/${stored.id}`)).status).toBe(200);
    const { body: answer } = await server.get(`ClaimResponse/${stored.id}`);
    await server.put(`ClaimResponse/${stored.id}`, { ...answer, outcome: 'complete' });
    expect(errorsOf(await server.post(path, ''))).toMatchObject([{ rule: 'claim-adjudicated' }]);
    expect(errorsOf(await server.get('StructureDefinition/kiungo-claim/$validate?mode=delete'))).toMatchObject([
      { rule: 'interaction-not-enabled' },
    ]);
  });

  test('says that a type is not enabled, which a create would say too', async () => {
    const answer = await server.post('$validate?mode=create', { resourceType: 'Linkage' });
    expect(errorsOf(answer).map(({ rule }) => rule)).toEqual(['cardinality-min', 'type-unknown']);
  });
});

describe.each(['openimis', 'r4'])('$validate and create under %s', name => {
  const FIXTURES = join(import.meta.dirname, '../fixtures');
  const server = useServer({ KIUNGO_CAPABILITIES: name });
  const read = (file: string): Resource => JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as Resource;
  const files = globSync(['valid/*.json', 'invalid/*.json'], { cwd: FIXTURES }).filter(
    file => basename(file) !== 'expected.json',
  );

  test('agree over the fixtures and the demo scheme', async () => {
    await loadScheme(server);
    const resources = [...files.map(read), ...(await readDemoScheme(YEAR))];
    expect(resources.length).toBeGreaterThan(150);
    let accepted = 0;
    for (const resource of resources) {
      const issues = errorsOf(await server.post('$validate?mode=create', resource));
      const { status, text, body } = await server.post(resource.resourceType, resource);
      expect({ text, isAccepted: issues.length === 0 }).toEqual({ text, isAccepted: status === 201 });
      if (status === 201) accepted++;
      if (status !== 422) continue;
      const refused = (body.issue as unknown as Issues).filter(({ severity }) => severity === 'error');
      expect(issues.map(each => each.text).sort()).toEqual(refused.map(({ diagnostics }) => diagnostics).sort());
    }
    expect(accepted).toBeGreaterThan(40);
    expect(accepted).toBeLessThan(resources.length - 50);
  });
});
