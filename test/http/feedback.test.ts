import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { loadScheme, useServer, YEAR } from './start-server.ts';

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';

const claim = (number: string, more: JsonObject = {}): Resource => {
  const base = malariaClaim(`${YEAR}-06-03`);
  const [identifier] = base.identifier as JsonObject[];
  return { ...base, identifier: [{ ...identifier!, value: number }], ...more };
};

const ANSWERS = { CareRendered: 'yes', PaymentAsked: 'no', DrugPrescribed: 'yes', DrugReceived: 'no', Asessment: '4' };

const feedback = (claimId: string, answers: Record<string, string> = ANSWERS, more: JsonObject = {}): Resource => ({
  resourceType: 'Communication',
  status: 'completed',
  subject: { reference: 'Patient/zuri-sadiki' },
  about: [{ reference: `Claim/${claimId}` }],
  payload: Object.entries(answers).map(([code, contentString]) => ({
    extension: [
      {
        url: `${OPENIMIS}/StructureDefinition/communication-payload-type`,
        valueCodeableConcept: { coding: [{ system: `${OPENIMIS}/CodeSystem/feedback-payload`, code }] },
      },
    ],
    contentString,
  })),
  ...more,
});

const server = useServer({ KIUNGO_FEEDBACK_SHARE: '100' });
beforeAll(() => loadScheme(server));

const send = async (resource: Resource): Promise<string> => {
  const { status, body, text } = await server.post('Claim', resource);
  expect(status, text).toBe(201);
  return String(body.id);
};
const requestOf = async (id: string): Promise<Resource> => (await server.get(`CommunicationRequest/${id}`)).body;
const stateOf = async (id: string): Promise<unknown[]> => {
  const { status, statusReason } = await requestOf(id);
  return [status, (statusReason as { coding: JsonObject[] }).coding[0]!.code];
};

describe('feedback about an accepted claim of the sample', () => {
  test('is asked of the enrolment officer of the village, as openIMIS asks, in the unit of the claim', async () => {
    const id = await send(claim('Q-1'));
    expect(await requestOf(id)).toMatchObject({
      status: 'active',
      subject: { reference: 'Patient/zuri-sadiki' },
      about: [{ reference: `Claim/${id}` }],
      recipient: [{ reference: 'Practitioner/daniel-kamau' }],
      meta: { versionId: '1', profile: [`${OPENIMIS}/StructureDefinition/openimis-communication-request`] },
    });
    const { body: answer } = await server.get(`ClaimResponse/${id}`);
    expect(answer.communicationRequest).toEqual([{ reference: `CommunicationRequest/${id}` }]);
  });

  test('is delivered once, with all five answers', async () => {
    const id = await send(claim('Q-2'));
    const { Asessment: _assessment, ...four } = ANSWERS;
    expectOutcome(await server.post('Communication', feedback(id, four)), 422, 'feedback-answer-invalid');
    const maybe = feedback(id, { ...ANSWERS, PaymentAsked: 'maybe' });
    const [issue] = expectOutcome(await server.post('Communication', maybe), 422, 'feedback-answer-invalid');
    expect(issue).toMatchObject({ expression: 'Communication.payload[1].content' });
    const other = feedback(id, ANSWERS, { subject: { reference: 'Patient/juma-sadiki' } });
    expectOutcome(await server.post('Communication', other), 422, 'feedback-claim-invalid');
    expectOutcome(
      await server.post('Communication', feedback(id, ANSWERS, { about: [] as never })),
      422,
      'element-empty',
    );
    expect(await stateOf(id)).toEqual(['active', '4']);
    const given = await server.post('Communication', feedback(id));
    expect(given.status, given.text).toBe(201);
    expect(await stateOf(id)).toEqual(['completed', '8']);
    expect((await server.post('Communication', feedback(id))).body.id).toBe(given.body.id);
    const again = feedback(id, { ...ANSWERS, Asessment: '0' });
    expectOutcome(await server.post('Communication', again), 409, 'identity-taken');
    expect((await server.post(`Claim/${id}/$process`, '')).status).toBe(200);
    expect(await stateOf(id)).toEqual(['completed', '8']);
  });

  test('is passed over when the claim is processed, rejected, withdrawn or replaced before', async () => {
    const processed = await send(claim('Q-3'));
    const { body } = await server.post(`Claim/${processed}/$process`, '');
    expect(body.communicationRequest).toEqual([{ reference: `CommunicationRequest/${processed}` }]);
    expect(await stateOf(processed)).toEqual(['revoked', '16']);
    const updated = await send(claim('Q-4'));
    const { body: stored } = await server.get(`Claim/${updated}`);
    expect((await server.put(`Claim/${updated}`, { ...stored, status: 'cancelled' })).status).toBe(200);
    expect(await stateOf(updated)).toEqual(['revoked', '16']);
    const cancelled = await send(claim('Q-5'));
    expect((await server.post(`Claim/${cancelled}/$cancel`, '')).status).toBe(200);
    expect(await stateOf(cancelled)).toEqual(['revoked', '16']);
    const replaced = await send(claim('Q-6'));
    const related = [
      { claim: { reference: `Claim/${replaced}` }, relationship: { coding: [{ system: 'urn:x', code: 'replaces' }] } },
    ];
    const second = await send(claim('Q-7', { related }));
    expect([await stateOf(replaced), await stateOf(second)]).toEqual([
      ['revoked', '16'],
      ['active', '4'],
    ]);
  });

  test('is not asked of a claim that is rejected, or where the insurer says that none is wanted', async () => {
    const early = await send(claim('Q-8', { created: `${YEAR}-06-01` }));
    expect((await server.get(`ClaimResponse/${early}`)).body.outcome).toBe('complete');
    expectOutcome(await server.get(`CommunicationRequest/${early}`), 404, 'resource-unknown');
    const { body: insurer } = await server.get('Organization/openIMIS-Implementation');
    const extension = [{ url: 'https://kiungo.example/fhir/StructureDefinition/feedback-share', valueDecimal: 0 }];
    expect((await server.put('Organization/openIMIS-Implementation', { ...insurer, extension })).status).toBe(200);
    const unasked = await send(claim('Q-9'));
    expectOutcome(await server.get(`CommunicationRequest/${unasked}`), 404, 'resource-unknown');
    expect((await server.post('Communication', feedback(unasked))).status).toBe(201);
  });
});
