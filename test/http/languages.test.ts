import type { ClaimResponse, OperationOutcome } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { loadScheme, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_LANGUAGE: 'fr' });
beforeAll(() => loadScheme(server));

const claim = (number: string, more: (item: JsonObject[]) => JsonObject[]): Resource => {
  const base = malariaClaim(`${YEAR}-06-03`);
  const [identifier] = base.identifier as JsonObject[];
  return { ...base, identifier: [{ ...identifier!, value: number }], item: more(base.item as JsonObject[]) };
};

/** Two lines of it have the same number. */
const repeated = claim('L-1', item => item.map(line => ({ ...line, sequence: 1 })));

const refusalIn = async (language?: string) => {
  const headers: Record<string, string> = language === undefined ? {} : { 'accept-language': language };
  const { status, body, headers: answered } = await server.post('Claim', repeated, headers);
  const outcome = body as unknown as OperationOutcome;
  const { details, diagnostics } = outcome.issue[0]!;
  return {
    status,
    code: details?.coding?.[0]?.code,
    diagnostics,
    language: outcome.language,
    header: answered['content-language'],
  };
};

describe('a refusal by a rule of insurance', () => {
  it.each([
    ['fr-CM', 'fr', 'Claim.item[0] a déjà le numéro (sequence) 1. Donnez à chaque ligne un autre numéro.'],
    ['sw', 'sw', 'Claim.item[0] tayari ina namba (sequence) 1. Upe kila mstari namba tofauti.'],
    ['ne', 'ne', 'Claim.item[0] को क्रम (sequence) 1 पहिले नै छ। प्रत्येक लाइनलाई फरक क्रम दिनुहोस्।'],
    ['en', 'en', 'Claim.item[0] has sequence 1 already. Number every line differently.'],
  ])('is told in the language that %s asks for, and says which', async (asked, language, diagnostics) => {
    expect(await refusalIn(asked)).toEqual({
      ...{ status: 422, code: 'claim-line-sequence-repeated' },
      ...{ diagnostics, language, header: language },
    });
  });

  it('is told in English where no language is asked for, or none that there is', async () => {
    const english = await refusalIn();
    expect(english.diagnostics).toContain('has sequence 1 already');
    expect([english.language, english.header]).toEqual([undefined, undefined]);
    expect(await refusalIn('de')).toEqual(english);
  });

  it('is told as XML in that language too', async () => {
    const { text, headers } = await server.post('Claim', repeated, {
      'accept-language': 'sw',
      accept: 'application/fhir+xml',
    });
    expect(headers['content-language']).toBe('sw');
    expect(text).toContain('<language value="sw"/>');
    expect(text).toContain('Upe kila mstari namba tofauti');
  });

  it('says nothing of a language where the refusal is of the request', async () => {
    const { headers } = await server.get('Claim?nothing=1', { 'accept-language': 'fr' });
    expect(headers['content-language']).toBeUndefined();
  });
});

describe('what is stored', () => {
  it('is in the language of the scheme, which it names', async () => {
    const dear = claim('L-2', item => item.map(line => ({ ...line, net: { value: 999, currency: 'USD' } })));
    const { status, body, text } = await server.post('Claim', dear, { 'accept-language': 'sw' });
    expect(status, text).toBe(201);
    const answer = (await server.get(`ClaimResponse/${body.id}`)).body as unknown as ClaimResponse;
    expect(answer.language).toBe('fr');
    expect(answer.processNote![0]!.text).toContain('La ligne 1 indique un montant net de 999.00 USD');
  });
});
