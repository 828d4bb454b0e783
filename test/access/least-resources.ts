import type { JsonObject, Resource } from '../../src/fhir/resource.ts';

/** Whose a resource is: that of the clients that ask, or somebody else's. */
export type Whose = 'own' | 'foreign';

const CONCEPT: JsonObject = { text: 'any' };
const MONEY: JsonObject = { value: 1, currency: 'USD' };
const DAY = '2026-01-02';
const CLIENT_TAG = 'https://kiungo.example/fhir/CodeSystem/client';
/** Clients that may have Subscriptions of their own. */
const OWNERS = ['facility', 'insurer', 'payment-gateway', 'social-registry'].map(role => `${role}-Organization/own`);
const LOCATION_OF_ADDRESS =
  'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/address-location-reference';

const to = (reference: string): JsonObject => ({ reference });

/** What each type must have by R4, and what makes a resource that of an organization, a district, a patient. `whose` names all of them. */
const ELEMENTS: Readonly<Record<string, (whose: Whose) => JsonObject>> = {
  ActivityDefinition: () => ({ status: 'active' }),
  AuditEvent: () => ({
    type: { code: 'rest' },
    recorded: `${DAY}T00:00:00Z`,
    agent: [{ requestor: true }],
    source: { observer: { display: 'test' } },
  }),
  Basic: () => ({ code: CONCEPT }),
  Binary: whose => ({ contentType: 'text/plain', data: 'AA==', securityContext: to(`Organization/${whose}`) }),
  ChargeItemDefinition: () => ({ url: 'http://a.example/x', status: 'active' }),
  Claim: whose => ({
    ...{ status: 'active', type: CONCEPT, use: 'claim', created: DAY, priority: CONCEPT },
    ...{ patient: to(`Patient/${whose}`), provider: to(`Organization/${whose}`), insurer: to(`Organization/${whose}`) },
    insurance: [{ sequence: 1, focal: true, coverage: to(`Coverage/${whose}`) }],
  }),
  ClaimResponse: whose => ({
    ...{ status: 'active', type: CONCEPT, use: 'claim', created: DAY, outcome: 'queued' },
    ...{ patient: to(`Patient/${whose}`), insurer: to(`Organization/${whose}`), request: to(`Claim/${whose}`) },
  }),
  Communication: whose => ({ status: 'completed', sender: to(`Organization/${whose}`) }),
  CommunicationRequest: whose => ({ status: 'active', sender: to(`Organization/${whose}`) }),
  Consent: whose => ({
    ...{ status: 'inactive', scope: CONCEPT, category: [CONCEPT], policyRule: CONCEPT },
    patient: to(`Patient/${whose}`),
  }),
  Contract: whose => ({ subject: [to(`Patient/${whose}`)] }),
  Coverage: whose => ({ status: 'active', beneficiary: to(`Patient/${whose}`), payor: [to(`Organization/${whose}`)] }),
  CoverageEligibilityRequest: whose => ({
    ...{ status: 'active', purpose: ['benefits'], created: DAY },
    ...{ patient: to(`Patient/${whose}`), provider: to(`Organization/${whose}`), insurer: to(`Organization/${whose}`) },
  }),
  CoverageEligibilityResponse: whose => ({
    ...{ status: 'active', purpose: ['benefits'], created: DAY, outcome: 'complete' },
    ...{ patient: to(`Patient/${whose}`), insurer: to(`Organization/${whose}`) },
    request: to(`CoverageEligibilityRequest/${whose}`),
  }),
  DocumentReference: whose => ({
    ...{ status: 'current', content: [{ attachment: { url: 'http://a.example/x' } }] },
    custodian: to(`Organization/${whose}`),
  }),
  Flag: whose => ({ status: 'active', code: CONCEPT, subject: to(`Patient/${whose}`) }),
  Group: whose => ({ type: 'person', actual: true, member: [{ entity: to(`Patient/${whose}`) }] }),
  InsurancePlan: () => ({ name: 'any' }),
  Invoice: whose => ({ status: 'issued', recipient: to(`Organization/${whose}`) }),
  List: () => ({ status: 'current', mode: 'working' }),
  Location: whose => ({ name: whose }),
  Measure: () => ({ status: 'active' }),
  MeasureReport: () => ({ status: 'complete', type: 'summary', measure: 'http://a.example/x', period: { start: DAY } }),
  Organization: whose => ({
    name: 'any',
    address: [{ extension: [{ url: LOCATION_OF_ADDRESS, valueReference: to(`Location/${whose}`) }] }],
  }),
  Patient: whose => ({
    name: [{ family: 'Any' }],
    address: [{ extension: [{ url: LOCATION_OF_ADDRESS, valueReference: to(`Location/${whose}`) }] }],
  }),
  PaymentNotice: whose => ({
    ...{ status: 'active', created: DAY, amount: MONEY, recipient: to('Organization/scheme') },
    ...{ provider: to(`Organization/${whose}`), payment: to(`PaymentReconciliation/${whose}`) },
  }),
  PaymentReconciliation: whose => ({
    ...{ status: 'active', created: DAY, paymentDate: DAY, paymentAmount: MONEY },
    paymentIssuer: to(`Organization/${whose}`),
  }),
  Provenance: whose => ({
    ...{ target: [to(`Claim/${whose}`)], recorded: `${DAY}T00:00:00Z` },
    agent: [{ who: to(`Organization/${whose}`) }],
  }),
  Questionnaire: () => ({ status: 'active' }),
  QuestionnaireResponse: () => ({ status: 'completed' }),
  Subscription: whose => ({
    ...{ status: 'off', reason: 'any', criteria: 'Claim', channel: { type: 'rest-hook' } },
    ...(whose === 'own' && { meta: { tag: OWNERS.map(code => ({ system: CLIENT_TAG, code })) } }),
  }),
  Task: whose => ({ status: 'requested', intent: 'order', owner: to(`Organization/${whose}`) }),
};

/** The least resource of a type that R4 takes, as that of one or the other; its id says whose it is. */
export const leastResource = (resourceType: string, whose: Whose): Resource => ({
  resourceType,
  id: whose,
  ...ELEMENTS[resourceType]?.(whose),
});
