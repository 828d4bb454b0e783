import { describe, expect, test } from 'vitest';
import { FhirError } from '../fhir/fhir-error.ts';
import { expandQuery } from './expand-query.ts';

const queries = new Map([
  [
    'of-insuree',
    {
      parameters: new Map([
        ['number', { isRequired: true }],
        ['from', { isRequired: false }],
      ]),
      search: [
        ['patient.identifier', 'urn:numbers|{number}'],
        ['created', 'ge{from}'],
        ['_sort', '-created'],
      ] as const,
    },
  ],
]);

const expand = (text: string) =>
  expandQuery({ resourceType: 'Claim', parameters: [...new URLSearchParams(text)], queries });

describe('a named query', () => {
  test('becomes the search that it stands for, with what was given in its places', () => {
    expect(expand('_query=of-insuree&number=123&from=2026&status=active')).toEqual({
      asked: [
        ['_query', 'of-insuree'],
        ['number', '123'],
        ['from', '2026'],
      ],
      standsFor: [
        ['patient.identifier', 'urn:numbers|123'],
        ['created', 'ge2026'],
        ['_sort', '-created'],
      ],
      others: [['status', 'active']],
    });
  });

  test('leaves out what depends on a parameter that was not given, and what the client says itself', () => {
    expect(expand('_query=of-insuree&number=123&_sort=_id').standsFor).toEqual([
      ['patient.identifier', 'urn:numbers|123'],
    ]);
  });

  test('takes what was given as one value: it adds no parameter', () => {
    const { standsFor } = expand(`_query=of-insuree&number=${encodeURIComponent('1&_count=5 {from} $&')}`);
    expect(standsFor).toEqual([
      ['patient.identifier', 'urn:numbers|1&_count=5 {from} $&'],
      ['_sort', '-created'],
    ]);
  });

  test.each([
    ['_query=of-insure&number=1', 'Claim has no query "of-insure". Did you mean "of-insuree"?'],
    ['_query=of-insuree', 'The query "of-insuree" needs "number". Add it as a parameter.'],
    ['_query=of-insuree&number=1&number=2', '"number" must be given once: the query "of-insuree" takes one value.'],
    ['_query=of-insuree&_query=of-insuree&number=1', '"_query" must be given once.'],
  ])('%s is refused', (text, diagnostics) => {
    try {
      expand(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FhirError);
      expect(error).toMatchObject({ status: 400, issues: [{ diagnostics }] });
    }
  });

  test('is none where there is no _query', () => {
    const parameters = [['number', '1']] as const;
    expect(expandQuery({ resourceType: 'Claim', parameters })).toEqual({
      asked: [],
      standsFor: [],
      others: parameters,
    });
  });
});
