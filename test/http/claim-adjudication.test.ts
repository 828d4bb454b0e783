import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { loadScheme, useServer, YEAR } from './start-server.ts';

const DAY = `${YEAR}-06-03`;

/** The demo's claim under a number of its own. */
const claim = (number: string, more: JsonObject = {}): Resource & { item: JsonObject[] } => {
  const base = malariaClaim(DAY);
  const [identifier] = base.identifier as JsonObject[];
  return { ...base, identifier: [{ ...identifier!, value: number }], ...more };
};

interface Answer {
  outcome: string;
  item: { adjudication: { category: Concept; reason: Concept; amount: { value: number }; value: number }[] }[];
  total: { category: Concept; amount: { value: number } }[];
  processNote?: { text: string }[];
}
interface Concept {
  coding: { code: string }[];
}

const codeOf = ({ coding }: Concept): string => coding[0]!.code;
const totalsOf = ({ total }: Answer): Record<string, number> =>
  Object.fromEntries(total.map(({ category, amount }) => [codeOf(category), amount.value]));
const reasonsOf = ({ item }: Answer): string[] => item.map(({ adjudication }) => codeOf(adjudication.at(-1)!.reason));
const notesOf = ({ processNote }: Answer): string => processNote?.[0]?.text ?? '';
const answerOf = (resource: Resource): Answer => resource as unknown as Answer;

describe('a claim under review', () => {
  const server = useServer();
  beforeAll(() => loadScheme(server));

  const send = async (resource: Resource): Promise<{ id: string; answer: Answer }> => {
    const { status, body, text } = await server.post('Claim', resource);
    expect(status, text).toBe(201);
    const id = String(body.id);
    return { id, answer: answerOf((await server.get(`ClaimResponse/${id}`)).body) };
  };
  const review = (id: string, ...lines: JsonObject[][]) =>
    server.post(`Claim/${id}/$review`, {
      resourceType: 'Parameters',
      parameter: lines.map(part => ({ name: 'line', part })),
    });
  const process = (id: string) => server.post(`Claim/${id}/$process`, '');
  const sequence = (value: number): JsonObject => ({ name: 'sequence', valuePositiveInt: value });

  test('is checked at once, line by line, and waits', async () => {
    const { answer } = await send(claim('A-1'));
    expect(answer.outcome).toBe('partial');
    expect(totalsOf(answer)).toEqual({ 2: 9.2, 4: 9.2 });
    expect(reasonsOf(answer)).toEqual(['0', '0', '0']);
  });

  test('looks nothing up once the set-up and the family are known, however many lines it has', async () => {
    await send(claim('A-C1'));
    const { store } = server.app.deps;
    const asked: string[] = [];
    const { search, read } = store;
    store.search = (query, after) => {
      asked.push(`search ${query.resourceType}`);
      return search.call(store, query, after);
    };
    store.read = key => {
      asked.push(`read ${key.resourceType}`);
      return read.call(store, key);
    };
    await server.post('Claim', claim('A-C2'));
    Object.assign(store, { search, read });
    // Where other servers may have written meanwhile, all is looked up.
    expect(asked.length > 0).toBe(store.isShared);
  });

  test('is paid when it is processed, once', async () => {
    const { id } = await send(claim('A-2', { created: DAY }));
    const { status, body } = await process(id);
    expect(status).toBe(200);
    expect(answerOf(body).outcome).toBe('complete');
    expect(totalsOf(answerOf(body))).toMatchObject({ 2: 9.2, 4: 9.2, 8: 9.2, 16: 8.5 });
    expect(notesOf(answerOf(body))).toContain('0.70 USD is above what a claim of this category is paid');
    expectOutcome(await process(id), 422, 'claim-not-checked');
    expect((await server.get(`ClaimResponse/${id}/_history`)).body.total).toBe(2);
  });

  test('is told why a line is refused, and what is refused as a whole', async () => {
    const [first, ...others] = claim('A-3').item;
    const salts = {
      ...others[1]!,
      sequence: 4,
      productOrService: { text: 'I004' },
      extension: [
        {
          url: 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/claim-item-reference',
          valueReference: { reference: 'Medication/oral-rehydration-salts' },
        },
      ],
    };
    const { answer } = await send(claim('A-3', { item: [first!, salts] }));
    expect(reasonsOf(answer)).toEqual(['0', '3']);
    expect(notesOf(answer)).toContain('Line 4 is for something that no product of the patient pays');
    const uncovered = await send(
      claim('A-4', {
        patient: { reference: 'Patient/baraka-lungu' },
        insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/baraka-lungu-cover' } }],
      }),
    );
    expect(reasonsOf(uncovered.answer)).toEqual(['7', '7', '7']);
    expect(uncovered.answer.outcome).toBe('complete');
    expect(totalsOf(uncovered.answer)).toEqual({ 2: 9.2 });
  });

  test('finds a service or drug by its code where the line names no resource', async () => {
    const item = claim('A-5').item.map(({ extension: _extension, ...line }) => line);
    const { answer } = await send(claim('A-5', { item }));
    expect(reasonsOf(answer)).toEqual(['0', '0', '0']);
    expect(JSON.stringify(answer.item[0])).toContain('ActivityDefinition/outpatient-consultation');
  });

  test('stays entered while something that it needs is not set up, and says what', async () => {
    const [first, ...others] = claim('A-6').item;
    const { extension: _extension, ...unknown }: JsonObject = { ...first!, productOrService: { text: 'S999' } };
    const { id, answer } = await send(claim('A-6', { item: [unknown, ...others] }));
    expect(answer.outcome).toBe('queued');
    expect(totalsOf(answer)).toEqual({ 2: 9.2 });
    expect(notesOf(answer)).toBe(
      'The claim cannot be judged yet: line 1 needs the service or drug S999. Complete the set-up, then call Claim/<id>/$process.',
    );
    expectOutcome(await process(id), 422, 'claim-not-checked');
  });

  test('that could not be judged is checked when the set-up is complete', async () => {
    const [first] = claim('A-14').item;
    const { extension: _extension, ...unknown }: JsonObject = { ...first!, productOrService: { text: 'S777' } };
    const { id } = await send(claim('A-14', { item: [unknown] }));
    const { body: consultation } = await server.get('ActivityDefinition/outpatient-consultation');
    const [code] = consultation.identifier as JsonObject[];
    const made = { ...consultation, id: 's777', identifier: [{ ...code!, value: 'S777' }] };
    expect((await server.put('ActivityDefinition/s777', made)).status).toBe(201);
    const { status, body } = await process(id);
    expect(status).toBe(200);
    expect(reasonsOf(answerOf(body))).toEqual(['2']);
    expect(answerOf(body).outcome).toBe('complete');
  });

  test('is not paid by prices in another currency', async () => {
    const item = claim('A-13').item.map(line => ({ ...line, unitPrice: { value: 4, currency: 'TZS' } }));
    const { total: _total, ...rest } = claim('A-13', { item });
    const { answer } = await send(rest as Resource);
    expect(answer.outcome).toBe('queued');
    expect(notesOf(answer)).toContain('line 1 needs the product SUM-BASIC in TZS, which the claim is in');
  });

  test('can be changed until it is decided, and is then checked anew', async () => {
    const { id } = await send(claim('A-7'));
    const { body: stored } = await server.get(`Claim/${id}`);
    const item = claim('A-7').item.slice(0, 1);
    expect((await server.put(`Claim/${id}`, { ...stored, item })).status).toBe(200);
    const answer = answerOf((await server.get(`ClaimResponse/${id}`)).body);
    expect(totalsOf(answer)).toEqual({ 2: 4, 4: 4 });
    await process(id);
    const { body: decided } = await server.get(`Claim/${id}`);
    expectOutcome(await server.put(`Claim/${id}`, { ...decided, item: claim('A-7').item }), 422, 'claim-adjudicated');
  });

  test('is changed by a medical officer: quantity, price, rejection; the rest stays', async () => {
    const { id } = await send(claim('A-8'));
    const { status, body } = await review(
      id,
      [sequence(1), { name: 'price', valueMoney: { value: 3.5, currency: 'USD' } }],
      [sequence(2), { name: 'decision', valueCode: 'reject' }],
      [sequence(3), { name: 'quantity', valueDecimal: 20 }],
    );
    expect(status).toBe(200);
    expect(reasonsOf(answerOf(body))).toEqual(['0', '-1', '0']);
    expect(totalsOf(answerOf(body))).toEqual({ 2: 9.2, 4: 5.75 });
    expect(totalsOf(answerOf((await process(id)).body))).toMatchObject({ 8: 5.75, 16: 5.75 });
  });

  test('with no line left is rejected', async () => {
    const { id } = await send(claim('A-9'));
    const all = [1, 2, 3].map(line => [sequence(line), { name: 'decision', valueCode: 'reject' }]);
    const { body } = await review(id, ...all);
    expect(answerOf(body).outcome).toBe('complete');
    expect(totalsOf(answerOf(body))).toEqual({ 2: 9.2 });
  });

  test('is not reviewed where the review cannot be: each fault is told', async () => {
    const { id } = await send(claim('A-10'));
    const refused = await review(
      id,
      [sequence(9)],
      [sequence(1), { name: 'quantity', valueDecimal: 2 }],
      [{ name: 'quantity', valueDecimal: 1 }],
      [sequence(2), { name: 'price', valueMoney: { value: -1, currency: 'USD' } }],
    );
    expect(refused.status).toBe(422);
    expect((refused.body.issue as { diagnostics: string }[]).map(({ diagnostics }) => diagnostics)).toEqual([
      'The claim has no line with sequence 9.',
      'Line 1 was claimed with a smaller quantity; approve at most that.',
      'Say which line is meant: add the part sequence.',
      'Quantity and price are 0 or more.',
    ]);
    expectOutcome(await server.post('Claim/unheard-of/$review', ''), 404, 'resource-unknown');
  });

  test('that is withdrawn keeps what was said of it, and uses up nothing', async () => {
    const { id } = await send(claim('A-11'));
    const { body: stored } = await server.get(`Claim/${id}`);
    expect((await server.put(`Claim/${id}`, { ...stored, status: 'cancelled' })).status).toBe(200);
    const { body } = await server.get(`ClaimResponse/${id}`);
    expect(body).toMatchObject({ status: 'cancelled', outcome: 'partial' });
    expectOutcome(await process(id), 422, 'claim-not-checked');
  });

  test('for a preauthorization is only entered', async () => {
    const { answer } = await send(claim('A-12', { use: 'preauthorization' }));
    expect(answer.outcome).toBe('queued');
  });
});

describe('a set-up that has changed', () => {
  const server = useServer({ KIUNGO_CLAIM_MODE: 'adjudicate' });
  beforeAll(() => loadScheme(server));

  test('counts from the day on which it changed, if it does not say itself from when', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const { body: plan } = await server.get('InsurancePlan/sumbe-basic');
    const stored = JSON.stringify(plan).replace('"value":8.5,', '"value":5,');
    expect((await server.put('InsurancePlan/sumbe-basic', stored)).status).toBe(200);
    const paidOn = async (number: string, day: string): Promise<number> => {
      const { body } = await server.post(
        'Claim/$submit',
        claim(number, { billablePeriod: { start: day }, created: today }),
      );
      return totalsOf(answerOf(body))[16]!;
    };
    // Nothing was in force before the day of the first version: what is known now counts.
    expect(await paidOn('S-1', today)).toBe(5);
    expect(await paidOn('S-2', `${YEAR}-01-02`)).toBe(5);
  });
});

describe('claims of one family at the same moment', () => {
  const server = useServer({ KIUNGO_CLAIM_MODE: 'adjudicate' });
  beforeAll(() => loadScheme(server));

  test('end as if one came after the other: together they are paid the ceiling of the policy, to the cent', async () => {
    const { body: plan } = await server.get('InsurancePlan/sumbe-basic');
    const text = JSON.stringify(plan).replace('"value":400', '"value":60');
    expect((await server.put('InsurancePlan/sumbe-basic', text)).status).toBe(200);
    const patients = ['zuri', 'juma', 'neema'];
    const paid = await Promise.all(
      Array.from({ length: 12 }, async (_none, index) => {
        const name = `${patients[index % 3]}-sadiki`;
        const { status, body, text } = await server.post(
          'Claim/$submit',
          claim(`F-${index}`, {
            patient: { reference: `Patient/${name}` },
            insurance: [{ sequence: 1, focal: true, coverage: { reference: `Coverage/${name}-cover` } }],
          }),
        );
        expect(status, text).toBe(200);
        return totalsOf(answerOf(body))[16]!;
      }),
    );
    // Seven claims are paid in full, one gets what is left, the others nothing.
    expect(paid.toSorted((a, b) => b - a)).toEqual([...Array(7).fill(8.5), 0.5, 0, 0, 0, 0]);
  });
});

describe('a claim that is adjudicated at once', () => {
  const server = useServer({ KIUNGO_CLAIM_MODE: 'adjudicate' });
  beforeAll(() => loadScheme(server));

  test('is paid in the answer to its submission', async () => {
    const { status, body } = await server.post('Claim/$submit', claim('B-1'));
    expect(status).toBe(200);
    expect(answerOf(body).outcome).toBe('complete');
    expect(totalsOf(answerOf(body))).toMatchObject({ 16: 8.5 });
  });

  test('goes to whom its insurer says', async () => {
    const { body: insurer } = await server.get('Organization/openIMIS-Implementation');
    const extension = [{ url: 'https://kiungo.example/fhir/StructureDefinition/claim-mode', valueCode: 'forward' }];
    await server.put('Organization/openIMIS-Implementation', { ...insurer, extension });
    const { body } = await server.post('Claim/$submit', claim('B-2'));
    expect(answerOf(body).outcome).toBe('queued');
  });
});
