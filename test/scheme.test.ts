import { readFileSync } from 'node:fs';
import type { Bundle } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import openimis from '../capability-statements/openimis.json' with { type: 'json' };
import { eligibilityRequest, faultyClaim, MISTAKES, malariaClaim, paymentNotice } from '../scripts/demo/requests.ts';
import { readDemoScheme } from '../scripts/demo/scheme.ts';
import { loadDefinitions } from '../src/definitions/load-definitions.ts';
import { findReferences } from '../src/fhir/reference.ts';
import type { Resource } from '../src/fhir/resource.ts';
import type { InsuranceContext } from '../src/insurance/insurance-rule.ts';
import { insuranceRules } from '../src/insurance/insurance-rules.ts';
import { createValidator } from '../src/validation/create-validator.ts';

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/';
const path = (relative: string): string => new URL(`../${relative}`, import.meta.url).pathname;

const validator = createValidator(
  loadDefinitions({ folders: ['r4', 'kiungo', 'openimis'].map(set => path(`profiles/${set}`)), packages: [] }),
);

const requiredProfile = (resourceType: string): string[] => {
  const type = openimis.rest[0]!.resource.find(({ type }) => type === resourceType);
  expect(type, `${resourceType} is enabled`).toBeDefined();
  return type !== undefined && 'profile' in type && type.profile !== undefined ? [type.profile] : [];
};

/** As a client's body is read: plain numbers. */
const plain = (resource: unknown): Resource => JSON.parse(JSON.stringify(resource)) as Resource;

const errorsOf = (resource: unknown, ...profiles: string[]): string[] => {
  const read = plain(resource);
  return validator
    .validate(read, [...requiredProfile(read.resourceType), ...profiles])
    .filter(({ severity, rule }) => severity === 'error' || rule === 'profile-unknown')
    .map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`);
};

const bundleOf = (file: string): Resource[] => {
  const { entry = [] } = JSON.parse(readFileSync(path(`scheme/${file}.json`), 'utf8')) as Bundle;
  return entry.map(({ resource, fullUrl, request }) => {
    const key = `${resource?.resourceType}/${resource?.id}`;
    expect(fullUrl?.endsWith(`/${key}`) && request?.method === 'PUT' && request.url === key, key).toBe(true);
    return resource as unknown as Resource;
  });
};

describe.each(['default', 'demo'])('the %s scheme', file => {
  const resources = bundleOf(file);

  it('is valid FHIR, in each resource and as a whole', () => {
    expect(validator.validate(JSON.parse(readFileSync(path(`scheme/${file}.json`), 'utf8')), [])).toEqual([]);
  });

  it.each(resources.map(resource => [`${resource.resourceType}/${resource.id}`, resource] as const))(
    '%s conforms to what its type asks for and what it claims',
    (_key, resource) => {
      expect(errorsOf(resource)).toEqual([]);
    },
  );
});

describe('the demo scheme', () => {
  it('refers only to what comes before', () => {
    const known = new Set(bundleOf('default').map(({ resourceType, id }) => `${resourceType}/${id}`));
    for (const resource of bundleOf('demo')) {
      findReferences(resource, ({ reference }, locate) => {
        expect(known, locate()).toContain(reference);
      });
      known.add(`${resource.resourceType}/${resource.id}`);
    }
  });

  it('has cover that is in force in the year it is read for, and cover that has ended the year before', async () => {
    const scheme = await readDemoScheme(2031);
    const periods = scheme.filter(({ resourceType }) => resourceType === 'Coverage').map(({ period }) => period);
    expect(periods).toContainEqual({ start: '2031-01-01', end: '2031-12-31' });
    expect(periods).toContainEqual({ start: '2030-01-01', end: '2030-12-31' });
    expect(scheme.flatMap(resource => errorsOf(resource))).toEqual([]);
  });
});

describe('insurance', () => {
  const context: InsuranceContext = {
    id: 'answered',
    now: Date.parse('2026-06-01T08:00:00Z'),
    timeZone: 'Africa/Nairobi',
    currency: 'USD',
    baseUrl: 'http://127.0.0.1:8080/fhir',
    insurer: 'Organization/openIMIS-Implementation',
    language: 'en',
    claimMode: 'forward',
    feedbackShare: 0,
    grievanceDays: 30,
    renewalDays: 14,
    found: {},
  };
  const answer = (request: Resource, found: InsuranceContext['found'] = {}): Resource =>
    insuranceRules.get(request.resourceType)!.answer!.build(request, { ...context, found })!;

  it('gets requests from the demo that are valid, but for the mistakes made on purpose', () => {
    expect(errorsOf(malariaClaim('2026-06-01'), `${OPENIMIS}openimis-claim`)).toEqual([]);
    expect(errorsOf(eligibilityRequest('zuri-sadiki', '2026-06-01'))).toEqual([]);
    expect(errorsOf(paymentNotice('2026-06-01'), `${OPENIMIS}openimis-payment-notice`)).toEqual([]);
    const found = errorsOf(faultyClaim('2026-06-01')).map(text => text.slice(0, text.indexOf(':')));
    expect(found.sort()).toEqual(MISTAKES.filter(mistake => !mistake.includes('extension')).sort());
  });

  it('answers claims with what openIMIS expects of a ClaimResponse', () => {
    const claim = malariaClaim('2026-06-01');
    expect(errorsOf(answer(claim), `${OPENIMIS}openimis-claim-response`)).toEqual([]);
    const total = { value: 10, currency: 'USD' };
    const noted = answer({ ...claim, total });
    expect(noted.processNote).toHaveLength(1);
    expect(errorsOf(noted, `${OPENIMIS}openimis-claim-response`)).toEqual([]);
    expect(errorsOf(answer({ ...claim, status: 'cancelled' }))).toEqual([]);
  });

  it('answers questions about cover with valid resources, covered or not', async () => {
    const coverages = (await readDemoScheme(2026)).filter(({ resourceType }) => resourceType === 'Coverage');
    const request = eligibilityRequest('zuri-sadiki', '2026-06-01');
    const covered = answer(request, { coverages });
    expect(covered.insurance).toHaveLength(3);
    expect(errorsOf(covered)).toEqual([]);
    expect(errorsOf(answer(request, { coverages: [] }))).toEqual([]);
    const named = { ...request, insurance: [{ coverage: { reference: 'Coverage/rehema-lungu-cover' } }] };
    expect(errorsOf(answer(named, { coverages }))).toEqual([]);
  });
});
