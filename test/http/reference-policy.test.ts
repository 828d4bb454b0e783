import type { CapabilityStatementRest } from 'fhir/r4.js';
import { expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import { useServer, YEAR } from './start-server.ts';

const OUTCOME = { prefer: 'return=OperationOutcome' };
const dangling = { resourceType: 'Basic', code: { text: 'note' }, subject: { reference: 'Patient/nobody' } };
const policyOf = ({ rest }: Resource): unknown =>
  (rest as unknown as [CapabilityStatementRest])[0].resource!.find(({ type }) => type === 'Claim')!.referencePolicy;

const servers = {
  warn: useServer({ KIUNGO_REFERENCES: 'warn' }),
  off: useServer({ KIUNGO_REFERENCES: 'off' }),
};

test('with KIUNGO_REFERENCES=warn a reference that leads nowhere is stored and told as a warning', async () => {
  const { body, status } = await servers.warn.post('Basic', dangling, OUTCOME);
  expect(status).toBe(201);
  expect(body.issue).toMatchObject([
    {
      severity: 'warning',
      code: 'not-found',
      expression: ['Basic.subject'],
      diagnostics: expect.stringMatching(/^There is no Patient\/nobody/),
    },
  ]);
  const target = await servers.warn.put('Patient/nobody', { resourceType: 'Patient', id: 'nobody' });
  if (target.status === 201) expect((await servers.warn.post('Basic', dangling, OUTCOME)).text).not.toContain('nobody');
});

test('with KIUNGO_REFERENCES=off nothing is said of it', async () => {
  const { body, status } = await servers.off.post('Basic', dangling, OUTCOME);
  expect(status).toBe(201);
  expect(JSON.stringify(body)).not.toContain('nobody');
});

test.each(['warn', 'off'] as const)(
  'with %s what is referred to may be deleted, and /metadata claims no more',
  async mode => {
    const server = servers[mode];
    const { body: note } = await server.post('Basic', { resourceType: 'Basic', code: { text: 'a' } });
    await server.post('Basic', { ...dangling, subject: { reference: `Basic/${note.id}` } });
    expect((await server.delete(`Basic/${note.id}`)).status).toBe(204);
    expect(policyOf((await server.get('metadata')).body)).toEqual(['literal']);
  },
);

test.each(['warn', 'off'] as const)(
  'with %s a claim of what is not there is answered, and nothing paid',
  async mode => {
    const { status, body, text } = await servers[mode].post('Claim', malariaClaim(`${YEAR}-06-03`));
    expect(status, text).toBe(201);
    const { body: answer } = await servers[mode].get(`ClaimResponse/${body.id}`);
    expect(JSON.stringify(answer.total)).not.toContain('"benefit"');
  },
);
