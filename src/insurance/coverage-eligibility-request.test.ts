import type { Coverage, CoverageEligibilityRequest, CoverageEligibilityResponse } from 'fhir/r4.js';
import { expect, test } from 'vitest';
import type { Resource } from '../fhir/resource.ts';
import { coverageEligibilityRequestRule as rule } from './coverage-eligibility-request.ts';
import type { InsuranceContext } from './insurance-rule.ts';

const request = (more: Partial<CoverageEligibilityRequest> = {}): Resource => {
  const whole: CoverageEligibilityRequest = {
    resourceType: 'CoverageEligibilityRequest',
    identifier: [{ type: { coding: [{ code: 'UUID' }] }, value: 'd30f70df-d10b-43d4-9578-5137c118ad84' }],
    status: 'active',
    purpose: ['benefits'],
    patient: { reference: 'Patient/p1' },
    created: '2026-05-10',
    insurer: { reference: 'Organization/insurer' },
    ...more,
  };
  return whole as unknown as Resource;
};

const coverage = (id: string, start?: string, end?: string, more: Partial<Coverage> = {}): Coverage => ({
  resourceType: 'Coverage',
  id,
  status: 'active',
  beneficiary: { reference: 'Patient/p1', display: 'A Name' },
  payor: [{ reference: 'Patient/p1' }],
  period: { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) },
  class: [{ type: { coding: [{ code: 'plan' }] }, value: 'BASIC', name: 'Basic cover' }],
  ...more,
});

const context: InsuranceContext = {
  id: 'q1',
  now: Date.parse('2026-05-10T22:30:00Z'),
  timeZone: 'Africa/Nairobi',
  currency: 'KES',
  baseUrl: 'http://127.0.0.1:8080/fhir',
  insurer: 'Organization/insurer',
  language: 'en',
  claimMode: 'forward',
  feedbackShare: 0,
  grievanceDays: 30,
  renewalDays: 14,
  found: {},
};

const ask = (asked: Resource, coverages: Coverage[], timeZone = 'Africa/Nairobi'): CoverageEligibilityResponse =>
  rule.answer!.build(asked, {
    ...context,
    timeZone,
    found: { coverages: coverages as unknown as Resource[] },
  }) as unknown as CoverageEligibilityResponse;

const inForceOn = (created: string, of: Coverage, timeZone?: string): boolean =>
  ask(request({ created }), [of], timeZone).insurance !== undefined;

test('the coverages of the patient are looked up, and nothing else where only cover is asked about', () => {
  expect(rule.lookups!(request({ purpose: ['validation'] }), {}, context)).toEqual({
    coverages: { resourceType: 'Coverage', parameters: [['beneficiary', 'Patient/p1']] },
  });
});

test('a coverage in force is told with its period and product, and nothing else about the patient', () => {
  const year = coverage('v1', '2026-01-01', '2026-12-31');
  expect(ask(request(), [year])).toEqual({
    resourceType: 'CoverageEligibilityResponse',
    language: 'en',
    identifier: [{ type: { coding: [{ code: 'UUID' }] }, value: 'd30f70df-d10b-43d4-9578-5137c118ad84' }],
    status: 'active',
    purpose: ['benefits'],
    patient: { reference: 'Patient/p1' },
    created: '2026-05-11',
    request: { reference: 'CoverageEligibilityRequest/q1' },
    outcome: 'complete',
    disposition: 'Covered on 2026-05-10: one coverage in force.',
    insurer: { reference: 'Organization/insurer' },
    insurance: [
      {
        coverage: { reference: 'Coverage/v1' },
        inforce: true,
        benefitPeriod: { start: '2026-01-01', end: '2026-12-31' },
        item: [
          {
            category: {
              coding: [
                {
                  system: 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/coverage-item-category',
                  code: 'benefit',
                },
              ],
            },
            name: 'BASIC',
            description: 'Basic cover',
          },
        ],
      },
    ],
  });
});

test('cover holds on the first and the last day, and not on the days before and after', () => {
  const year = coverage('v1', '2026-01-01', '2026-12-31');
  const days = ['2025-12-31', '2026-01-01', '2026-12-31', '2027-01-01'];
  expect(days.map(day => inForceOn(day, year))).toEqual([false, true, true, false]);
});

test('open ends reach on, partial dates reach to their last day, and a status other than active is no cover', () => {
  expect(inForceOn('2050-01-01', coverage('v1', '2026-01-01'))).toBe(true);
  expect(inForceOn('1999-01-01', coverage('v1', undefined, '2026-01-01'))).toBe(true);
  expect(inForceOn('2026-06-30', coverage('v1', '2026', '2026-06'))).toBe(true);
  expect(inForceOn('2026-07-01', coverage('v1', '2026', '2026-06'))).toBe(false);
  expect(inForceOn('2026-05-10', coverage('v1', '2026', '2027', { status: 'cancelled' }))).toBe(false);
});

test('the asked day is a day of the scheme, not of UTC', () => {
  const year = coverage('v1', '2026-01-01', '2026-12-31');
  expect(inForceOn('2025-12-31T23:00:00Z', year)).toBe(true);
  expect(inForceOn('2025-12-31T23:00:00Z', year, 'UTC')).toBe(false);
  expect(inForceOn('2026-12-31T22:00:00Z', year)).toBe(false);
});

test('a date of service counts before the date of asking', () => {
  const year = coverage('v1', '2027-01-01', '2027-12-31');
  expect(ask(request({ servicedDate: '2027-02-01' }), [year])).toMatchObject({
    servicedDate: '2027-02-01',
    insurance: [{ inforce: true }],
  });
  const servicedPeriod = { start: '2026-12-31', end: '2027-01-05' };
  expect(ask(request({ servicedPeriod }), [year]).disposition).toBe(
    'Not covered on 2026-12-31: no coverage in force. The next one begins on 2027-01-01.',
  );
});

test('without cover the answer says so, when the last one ended and when the next begins', () => {
  expect(ask(request(), []).disposition).toBe('Not covered on 2026-05-10: no coverage in force.');
  expect(ask(request(), []).insurance).toBeUndefined();
  const around = [
    coverage('v1', '2024-01-01', '2024-12-31'),
    coverage('v2', '2025-01-01', '2025-12-31'),
    coverage('v3', '2027-01-01', '2027-12-31'),
    coverage('v4', '2026-06-01', '2026-12-31'),
  ];
  expect(ask(request(), around).disposition).toBe(
    'Not covered on 2026-05-10: no coverage in force. The last one ended on 2025-12-31. The next one begins on 2026-06-01.',
  );
  const suspended = coverage('v1', '2026-01-01', '2026-12-31', { status: 'cancelled' });
  expect(ask(request(), [suspended]).disposition).toBe(
    'Not covered on 2026-05-10: no coverage in force. A coverage for this day is not active.',
  );
});

test('where coverages are named, only these are judged, in force or not', () => {
  const mine = [
    coverage('v1', '2026-01-01', '2026-12-31'),
    coverage('v2', '2026-01-01', '2026-12-31'),
    coverage('v3', '2025-01-01', '2025-12-31'),
  ];
  const named = request({
    insurance: [
      { coverage: { reference: 'Coverage/v2' } },
      { coverage: { reference: 'http://127.0.0.1:8080/fhir/Coverage/v3' } },
      { coverage: { reference: 'Coverage/of-somebody-else' } },
    ],
  });
  const { insurance, disposition } = ask(named, mine);
  expect(insurance!.map(({ coverage: of, inforce }) => [of.reference, inforce])).toEqual([
    ['Coverage/v2', true],
    ['Coverage/v3', false],
  ]);
  expect(disposition).toBe(
    "Covered on 2026-05-10: one coverage in force. 1 of the coverages asked about is not this patient's.",
  );
});

test('of a product that is not set up, services and items asked about are said not to be judged', () => {
  const item = [{ productOrService: { text: 'A1' } }];
  expect(ask(request({ item }), [coverage('v1', '2026')]).disposition).toContain(
    'What the product BASIC pays is not set up here',
  );
});

test('patient and coverages must be named by reference', () => {
  const issues = rule.judge!(
    request({ patient: { display: 'somebody' }, insurance: [{ coverage: { display: 'card' } }] }),
    context,
  );
  expect(issues.map(({ rule: code, expression }) => `${code} ${expression}`)).toEqual([
    'eligibility-reference-required CoverageEligibilityRequest.patient',
    'eligibility-reference-required CoverageEligibilityRequest.insurance[0].coverage',
  ]);
  expect(rule.judge!(request(), context)).toEqual([]);
});

test('a patient may be named by number, where one patient has it', () => {
  const asked = request({ patient: { identifier: { value: '070707' } } });
  expect(rule.lookups!(asked, {}, context)).toEqual({
    numbered: { resourceType: 'Patient', parameters: [['identifier', '070707']] },
  });
  const patients = (...ids: string[]) => ids.map(id => ({ resourceType: 'Patient', id }));
  const rules = (...ids: string[]) =>
    rule.judge!(asked, { ...context, found: { numbered: patients(...ids) } }).map(({ rule: code }) => code);
  expect([rules('p1'), rules(), rules('p1', 'p2')]).toEqual([
    [],
    ['eligibility-patient-unknown'],
    ['eligibility-patient-unknown'],
  ]);
  const answer = rule.answer!.build(asked, { ...context, found: { numbered: patients('p1') } });
  expect(answer).toMatchObject({ patient: { reference: 'Patient/p1' } });
});
