import fc from 'fast-check';
import type { Claim, ClaimItem, ClaimResponse, Coding } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
import { parseExact, rawNumber } from '../fhir/exact-json.ts';
import type { Resource } from '../fhir/resource.ts';
import { claimRule } from './claim.ts';
import type { InsuranceContext } from './insurance-rule.ts';

const ITEM_REFERENCE = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/claim-item-reference';

const context: InsuranceContext = {
  id: 'c1',
  now: Date.parse('2026-03-31T22:30:00Z'),
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

const line = (sequence: number, value: number, quantity: number, more: Partial<ClaimItem> = {}): ClaimItem => ({
  sequence,
  productOrService: { text: `A${sequence}` },
  quantity: { value: quantity },
  unitPrice: { value },
  extension: [{ url: ITEM_REFERENCE, valueReference: { reference: `Medication/m${sequence}` } }],
  ...more,
});

const claim = (more: Partial<Claim> = {}): Resource => {
  const whole: Claim = {
    resourceType: 'Claim',
    identifier: [{ type: { coding: [{ code: 'Code' }] }, value: 'K-001' }],
    status: 'active',
    type: { coding: [{ code: 'O' }] },
    use: 'claim',
    patient: { reference: 'Patient/p1' },
    created: '2026-03-30',
    provider: { reference: 'Organization/f1' },
    priority: { coding: [{ code: 'normal' }] },
    insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/v1' } }],
    item: [line(1, 40, 1), line(2, 10, 2)],
    ...more,
  };
  return whole as unknown as Resource;
};

const judge = (resource: Resource, more: Partial<InsuranceContext> = {}): string[] =>
  claimRule.judge!(resource, { ...context, ...more }).map(({ rule, expression }) => `${rule} ${expression}`);

const answer = (resource: Resource, more: Partial<InsuranceContext> = {}): ClaimResponse =>
  claimRule.answer!.build(resource, { ...context, ...more }) as unknown as ClaimResponse;

const printed = (value: unknown): string => JSON.stringify(value);

const identity = (more: Partial<Claim>): string[] => claimRule.identities!(claim(more)).map(({ key }) => key);

describe('the identity of a claim', () => {
  test('is its provider and the identifier of type Code', () => {
    const identifier = [
      { system: 'urn:other', value: '9' },
      { type: { coding: [{ system: 'https://any', code: 'Code' }] }, value: 'K-001' },
    ];
    expect(claimRule.identities!(claim({ identifier }))).toEqual([
      {
        key: 'Claim|Organization/f1||K-001',
        told: 'the identifier K-001 of the same provider',
        expression: 'Claim.identifier[1]',
      },
    ]);
  });

  test('is the first identifier with a value where none is of type Code', () => {
    expect(identity({ identifier: [{ system: 'urn:x' }, { system: 'urn:y', value: '7' }] })).toEqual([
      'Claim|Organization/f1|urn:y|7',
    ]);
  });

  test('does not change with the base or version in the reference to the provider', () => {
    const [expected] = identity({});
    expect(identity({ provider: { reference: 'http://127.0.0.1:8080/fhir/Organization/f1' } })).toEqual([expected]);
    expect(identity({ provider: { reference: 'Organization/f1/_history/3' } })).toEqual([expected]);
    expect(identity({ provider: { reference: 'Organization/f2' } })).not.toEqual([expected]);
  });

  test('keeps parts apart that contain the separator', () => {
    expect(identity({ identifier: [{ system: 'a|b', value: 'c' }] })).not.toEqual(
      identity({ identifier: [{ system: 'a', value: 'b|c' }] }),
    );
  });

  test('is missing without an identifier value, and stays when the claim is cancelled', () => {
    expect(identity({ identifier: [{ system: 'urn:x' }] })).toEqual([]);
    expect(identity({ status: 'cancelled' })).toEqual(identity({}));
  });
});

describe('a claim is refused', () => {
  test('not at all when nothing is wrong with it', () => {
    expect(judge(claim())).toEqual([]);
  });

  test('when two lines have the same sequence, at every repetition', () => {
    expect(judge(claim({ item: [line(1, 1, 1), line(2, 1, 1), line(1, 1, 1), line(2, 1, 1)] }))).toEqual([
      'claim-line-sequence-repeated Claim.item[2].sequence',
      'claim-line-sequence-repeated Claim.item[3].sequence',
    ]);
  });

  test('when its numbers are raw, for the same reasons', () => {
    const exact = parseExact(printed(claim({ item: [line(1, 1, 1), line(1, 1, 1)] }))) as Resource;
    expect(judge(exact)).toEqual(['claim-line-sequence-repeated Claim.item[1].sequence']);
    const twice = printed(claim({ item: [line(7, 1, 1), line(7, 1, 1)] }));
    const written = parseExact(twice.replace('"sequence":7,', '"sequence":7e0,')) as Resource;
    expect(judge(written)).toEqual(['claim-line-sequence-repeated Claim.item[1].sequence']);
  });

  test('when its amounts are in several currencies, an amount without one counting as the default', () => {
    const item = [line(1, 40, 1, { unitPrice: { value: 40, currency: 'USD' } }), line(2, 10, 2)];
    expect(judge(claim({ item, total: { value: 60, currency: 'USD' } }))).toEqual([
      'claim-currency-mixed Claim.item[1].unitPrice',
    ]);
    expect(judge(claim({ item, total: { value: 60, currency: 'USD' } }), { currency: 'USD' })).toEqual([]);
    expect(judge(claim({ total: { value: 60, currency: 'USD' } }))).toEqual(['claim-currency-mixed Claim.total']);
  });

  test('when a line has no price', () => {
    const { unitPrice: _price, ...free } = line(1, 1, 1);
    expect(judge(claim({ item: [free] }))).toEqual(['claim-line-price-missing Claim.item[0]']);
  });

  test.each(['1e400', '1e-400', '1234567890123456789', '0.1234567890123456789'])(
    'when a number is as long as %s',
    text => {
      const item = line(1, rawNumber(text) as unknown as number, 1);
      expect(judge(claim({ item: [item] }))).toEqual(['claim-number-too-long Claim.item[0].unitPrice.value']);
    },
  );

  test('not for the digits of a JavaScript number of usual size', () => {
    const hasFewDigits = (value: number): boolean =>
      /^\d{0,18}(\.\d{0,18})?$/.test(String(value)) && String(value).replace(/^0*\.?0*|\./g, '').length <= 18;
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 0.01, max: 1e15, maxExcluded: true }), value => {
        expect(hasFewDigits(value)).toBe(true);
        expect(judge(claim({ item: [line(1, value, value, { factor: value })] }))).toEqual([]);
      }),
    );
    expect(judge(claim({ item: [line(1, 1, 1e18)] }))).toEqual(['claim-number-too-long Claim.item[0].quantity.value']);
    expect(judge(claim({ item: [line(1, 1, 1, { factor: 1e-19 })] }))).toEqual([
      'claim-number-too-long Claim.item[0].factor',
    ]);
  });

  test('when it names those concerned by identifier, contained resource or another server only', () => {
    const named = claim({
      patient: { identifier: { value: '123' } },
      provider: { reference: '#f' },
      insurance: [{ sequence: 1, focal: true, coverage: { display: 'their cover' } }],
      item: [
        line(1, 1, 1, {
          extension: [
            { url: 'urn:other', valueReference: { display: 'whatever' } },
            { url: ITEM_REFERENCE, valueReference: { reference: 'https://elsewhere.example/fhir/Medication/1' } },
          ],
        }),
      ],
    });
    expect(judge(named)).toEqual([
      'claim-reference-required Claim.patient',
      'claim-reference-required Claim.provider',
      'claim-reference-required Claim.insurance[0].coverage',
      'claim-reference-required Claim.item[0].extension[1].value',
    ]);
    const [issue] = claimRule.judge!(named, context);
    expect(issue!.diagnostics).toContain('Give reference as Patient/<id>');
    expect(issue!.diagnostics).not.toContain('123');
  });

  test('not for absolute references to this server', () => {
    expect(judge(claim({ patient: { reference: 'http://127.0.0.1:8080/fhir/Patient/p1' } }))).toEqual([]);
  });
});

describe('a claim that was judged', () => {
  const previous = claim();
  const previousAnswer = { ...(answer(previous) as unknown as Resource), outcome: 'partial' };
  const stored = { previous, previousAnswer };

  test('may not change any more', () => {
    expect(judge(claim({ item: [line(1, 41, 1), line(2, 10, 2)] }), stored)).toEqual(['claim-adjudicated Claim']);
    expect(judge(claim({ status: 'draft' }), stored)).toEqual(['claim-adjudicated Claim']);
    expect(judge(claim({ status: 'cancelled', created: '2026-03-29' }), stored)).toEqual(['claim-adjudicated Claim']);
  });

  test('may be sent again as it is, and cancelled', () => {
    expect(judge(parseExact(printed(previous)) as Resource, stored)).toEqual([]);
    expect(judge(claim({ status: 'cancelled' }), stored)).toEqual([]);
  });

  test('may change as long as its answer is queued', () => {
    const queued = { previous, previousAnswer: { ...previousAnswer, outcome: 'queued' } };
    expect(judge(claim({ item: [line(1, 41, 1)] }), queued)).toEqual([]);
  });

  test('keeps its answer, which is cancelled with it', () => {
    expect(answer(previous, stored)).toBeUndefined();
    expect(answer(claim({ status: 'cancelled' }), stored)).toEqual({ ...previousAnswer, status: 'cancelled' });
    const cancelled = { ...previousAnswer, status: 'cancelled' };
    expect(answer(claim({ status: 'cancelled' }), { previous, previousAnswer: cancelled })).toBeUndefined();
  });
});

describe('the answer to a claim', () => {
  test('is queued, with every line entered as asked', () => {
    const { item, total, ...head } = answer(claim());
    const identifierType = (code: string): { coding: Coding[] } => ({
      coding: [{ system: 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers', code }],
    });
    expect(head).toEqual({
      resourceType: 'ClaimResponse',
      identifier: [
        { type: identifierType('UUID'), value: 'c1' },
        { type: identifierType('Code'), value: 'K-001' },
      ],
      status: 'active',
      type: { coding: [{ code: 'O' }] },
      use: 'claim',
      patient: { reference: 'Patient/p1' },
      created: '2026-04-01',
      insurer: { reference: 'Organization/insurer' },
      requestor: { reference: 'Organization/f1' },
      request: { reference: 'Claim/c1' },
      outcome: 'queued',
    });
    expect(
      item!.map(({ itemSequence, extension }) => [itemSequence, extension![0]!.valueReference!.reference]),
    ).toEqual([
      [1, 'Medication/m1'],
      [2, 'Medication/m2'],
    ]);
    const [first] = item![1]!.adjudication;
    expect(first!.category.coding![0]!.code).toBe('2');
    expect(first!.reason!.coding![0]!.code).toBe('0');
    expect(printed([first!.amount, first!.value])).toBe('[{"value":10.00,"currency":"KES"},2]');
    expect(printed(total![0]!.amount)).toBe('{"value":60.00,"currency":"KES"}');
  });

  test('goes to who entered the claim, and is cancelled with it', () => {
    const enterer = { reference: 'Practitioner/a' };
    const { requestor, status } = answer(claim({ enterer, status: 'cancelled' }));
    expect([requestor, status]).toEqual([enterer, 'cancelled']);
  });

  test('prints amounts in the minor unit of their currency and loses no digit', () => {
    const item = (text: string, currency: 'UGX' | 'TND' | 'USD'): ClaimItem =>
      line(1, 0, 3, { unitPrice: { value: rawNumber(text) as unknown as number, currency } });
    const totals = [
      item('1200', 'UGX'),
      item('0.1', 'TND'),
      item('10.505', 'USD'),
      item('33333333333333.33', 'USD'),
    ].map(one => printed(answer(claim({ item: [one] })).total![0]!.amount.value));
    expect(totals).toEqual(['3600', '0.300', '31.515', '99999999999999.99']);
  });

  test('counts a factor, a missing quantity as one, and net where there is no unit price', () => {
    const { quantity: _quantity, ...once } = line(2, 5, 1);
    const { unitPrice: _price, ...net } = line(3, 0, 4, { net: { value: 7 } });
    const { item, total } = answer(claim({ item: [line(1, 100, 2, { factor: 0.85 }), once, net] }));
    expect(printed(item!.map(({ adjudication: [first] }) => [first!.amount!.value, first!.value]))).toBe(
      '[[85.00,2],[5.00,1],[7.00,1]]',
    );
    expect(printed(total![0]!.amount.value)).toBe('182.00');
  });

  test('says in plain words where stated amounts and lines disagree', () => {
    const item = [line(1, 40, 1, { net: { value: 39.5 } }), line(2, 10, 2, { net: { value: 20 } })];
    expect(answer(claim({ item, total: { value: 70 } })).processNote).toEqual([
      {
        text: 'Line 1 states a net of 39.50 KES, but its unit price times its quantity is 40.00 KES, which counts. The claim states a total of 70.00 KES, but its lines add up to 60.00 KES, which counts.',
      },
    ]);
    expect(answer(claim({ total: { value: 60 } })).processNote).toBeUndefined();
  });

  test('has totals that are exact for every decimal of 18 digits', () => {
    const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), fc.integer({ min: 0, max: 18 }));
    const write = ([unscaled, scale]: [bigint, number]): string => {
      const digits = unscaled.toString().padStart(scale + 1, '0');
      return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    };
    const scaled = ([unscaled, scale]: [bigint, number]): bigint => unscaled * 10n ** BigInt(18 - scale);
    fc.assert(
      fc.property(fc.array(fc.tuple(decimal, decimal), { minLength: 1, maxLength: 20 }), lines => {
        const item = lines.map(([price, quantity], index) =>
          line(
            index + 1,
            rawNumber(write(price)) as unknown as number,
            rawNumber(write(quantity)) as unknown as number,
          ),
        );
        const text = printed(answer(claim({ item })).total![0]!.amount.value);
        const [whole = '', fraction = ''] = text.split('.');
        const sum = lines.reduce((total, [price, quantity]) => total + scaled(price) * scaled(quantity), 0n);
        expect(BigInt(whole + fraction.padEnd(36, '0'))).toBe(sum);
      }),
    );
  });
});
