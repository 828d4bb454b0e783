import { describe, expect, it } from 'vitest';
import { BASE_URL } from '../../test/fixtures/parameter-use.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import { type ParsedSearch, parseSearch, type SearchInput } from './parse-search.ts';

const definitions = loadDefinitions({ folders: ['profiles/r4'], packages: [] });

const search = (url: string, more: Partial<SearchInput> = {}): ParsedSearch => {
  const [resourceType = '', parameters] = url.split('?');
  return parseSearch({
    resourceType,
    parameters: [...new URLSearchParams(parameters)],
    parametersOf: type => (definitions.resourceTypes.includes(type) ? definitions.searchParameters(type) : undefined),
    definitions,
    handling: 'strict',
    baseUrl: BASE_URL,
    timeZone: 'UTC',
    now: Date.UTC(2024, 0, 1),
    defaultCount: 20,
    maxCount: 1000,
    ...more,
  });
};

const refusal = (url: string, more?: Partial<SearchInput>): string => {
  try {
    search(url, more);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return `${error.status} ${error.issues[0]!.rule}: ${error.issues[0]!.diagnostics}`;
  }
};

describe('parseSearch', () => {
  it('reads conditions of every type', () => {
    const { query, used, ignored } = search(
      'Claim?patient=Patient/1&status=active,draft&created=ge2024&_id=a,b&_lastUpdated=lt2024&_tag=s|t',
    );
    expect(query.where).toMatchObject([
      { kind: 'reference', parameter: 'patient', anyOf: [{ type: 'Patient', id: '1' }] },
      { kind: 'token', parameter: 'status', anyOf: [{ code: 'active' }, { code: 'draft' }] },
      { kind: 'date', parameter: 'created', anyOf: [{ prefix: 'ge', low: Date.UTC(2024, 0, 1) }] },
      { kind: 'id', anyOf: ['a', 'b'] },
      { kind: 'lastUpdated', anyOf: [{ prefix: 'lt' }] },
      { kind: 'token', parameter: '_tag', anyOf: [{ system: 's', code: 't' }] },
    ]);
    expect(used.map(([name]) => name)).toEqual(['patient', 'status', 'created', '_id', '_lastUpdated', '_tag']);
    expect(ignored).toEqual([]);
  });

  it('takes a parameter given twice as two conditions', () => {
    expect(search('Claim?created=ge2024&created=lt2025').query.where).toHaveLength(2);
  });

  it('has defaults', () => {
    expect(search('Claim').query).toEqual({ resourceType: 'Claim', where: [], sort: [], count: 20, total: 'default' });
  });

  it('reads result parameters', () => {
    expect(search('Claim?_count=5&_sort=-created,_lastUpdated&_total=accurate').query).toMatchObject({
      count: 5,
      sort: [
        { parameter: 'created', descending: true },
        { parameter: '_lastUpdated', descending: false },
      ],
      total: 'accurate',
    });
    expect(search('Claim?_total=estimate').query.total).toBe('accurate');
    expect(search('Claim?_total=none').query.total).toBe('none');
    expect(search('Claim?_count=0').query.count).toBe(0);
  });

  it('shows what it made of a count that is too large', () => {
    const { query, used } = search('Claim?_count=5000');
    expect(query.count).toBe(1000);
    expect(used).toEqual([['_count', '1000']]);
  });

  it('leaves format and cursor to others', () => {
    const { query, used } = search('Claim?_format=json&_pretty=true&_cursor=abc');
    expect(query.where).toEqual([]);
    expect(used).toEqual([]);
  });

  it.each([
    ['Claim?patientt=1', 'Claim has no search parameter "patientt". Did you mean "patient"?'],
    ['Claim?_counts=1', 'Claim has no search parameter "_counts". Did you mean "_count"?'],
    ['Claim?zzzzzzzz=1', 'Claim has no search parameter "zzzzzzzz".'],
    ['Coverage?refDate=2024', 'Coverage has no search parameter "refDate".'],
    ['Claim?patient.nam=x', 'Patient has no search parameter "nam". Did you mean "name"?'],
    ['Claim?patient.general-practitioner.zzzz=x', 'Practitioner has no search parameter "zzzz".'],
    ['Patient?_has:Claim:patien:status=active', 'Claim has no search parameter "patien". Did you mean "patient"?'],
    ['Patient?_has:Klaim:patient:status=active', 'Klaim cannot be searched on this server.'],
    [
      'ActivityDefinition?composed-of.name=x',
      '"composed-of" holds canonical addresses, and what those lead to cannot be searched by.',
    ],
    ['Claim?_include=Claim:patiend', 'Claim has no search parameter "patiend". Did you mean "patient"?'],
    [
      'Claim?_include=Patient:organization',
      '"_include=Patient:organization" includes nothing: Patient is not what is searched. Say "_include:iterate".',
    ],
    ['Claim?_revinclude=Klaim:patient', 'Klaim cannot be searched on this server, so it can include nothing.'],
    ['Claim?_summary=count', 'Search parameter "_summary" is not supported for Claim.'],
    [
      'MolecularSequence?chromosome-variant-coordinate=1$2$3',
      'Search parameter "chromosome-variant-coordinate" cannot be used: composites of other than two parameters are not supported.',
    ],
    [
      'Claim?_contained=true',
      '"_contained" takes "false" only: a contained resource is a part of the one that contains it here, and not found by itself. Search for the resources that contain it.',
    ],
    ['Claim?_query=x', 'Claim has no query "x".'],
    ['Claim?patient=', 'Search parameter "patient" has no value. Give it one or leave it out.'],
    ['Location?_sort=near', '"_sort" does not take "near": what it finds has no order.'],
    ['Claim?_sort=creatd', 'Claim has no search parameter "creatd". Did you mean "created"?'],
  ])('refuses %s, or leaves it out in lenient handling', (url, diagnostics) => {
    expect(refusal(url)).toBe(`400 search-parameter-unknown: ${diagnostics}`);
    const { query, used, ignored } = search(`${url}&_id=a`, { handling: 'lenient' });
    expect(query.where).toEqual([{ kind: 'id', anyOf: ['a'] }]);
    expect(query.sort).toEqual([]);
    expect(used).toEqual([['_id', 'a']]);
    expect(ignored).toMatchObject([{ severity: 'warning', code: 'not-supported', diagnostics }]);
  });

  it.each([
    ['Claim?created=yesterday', 'The value of search parameter "created" must be a date'],
    ['Claim?status=active,', 'The value of search parameter "status" must be without empty alternatives'],
    ['Claim?created:not=2024', 'Search parameter "created" takes no modifier; leave out ":not".'],
    ['Claim?status:of-type=a|b|c', 'Search parameter "status" does not take the modifier ":of-type". Supported: :text'],
    ['Claim?status:missing=maybe', '"status:missing" must be true or false.'],
    ['Claim?patient:Group=1', 'Search parameter "patient" does not take the modifier ":Group". Supported: :identifier'],
    ['Claim?patient:Group.code=1', '"patient" does not refer to Group, but to Patient.'],
    ['Claim?status.name=1', '"status" is of type token: only what a reference leads to'],
    ['Patient?_has:Claim:patient=1', '"_has" is written "_has:Type:reference:parameter"'],
    ['Patient?_has:Claim:provider:status=1', '"provider" of Claim does not refer to Patient'],
    [
      `Patient?${'link.'.repeat(9)}name=x`,
      '"link.link.link.link.link.link.link.link.link.name" has more than 8 links.',
    ],
    ['Observation?focus.subject.name=x', '"focus.subject.name" leads to too many types'],
    [
      'Observation?code-value-quantity=a',
      'The value of search parameter "code-value-quantity" must be two values with "$" between: code and value-quantity',
    ],
    [
      'Observation?value-quantity=1|a',
      'The value of search parameter "value-quantity" must be a number, alone or with its unit',
    ],
    ['RiskAssessment?probability=high', 'The value of search parameter "probability" must be a number'],
    ['Claim?_include:recurse=Claim:patient', '"_include:recurse" is not known: ":iterate" is the one modifier'],
    ['Claim?_include=Claim:patient:Group', '"patient" of Claim does not refer to Group, but to Patient.'],
    ['Claim?_include=Claim:status', '"status" of Claim is of type token: only references include'],
    ['Claim?_include=', '"_include" is written "Type:parameter"'],
    ['Claim?_include=a:b:c:d', '"_include" is written "Type:parameter"'],
    ['Patient?_filter=name', '"_filter" takes comparisons of three parts'],
    ['Patient?_filter=name eq "a', '"_filter" has a quote that does not end.'],
    ['Patient?_filter=(name eq a', '"_filter" has a parenthesis that does not end.'],
    ['Patient?_filter=name eq a)', '"_filter" goes on behind its end'],
    ['Patient?_filter=not name eq a', '"_filter" must have parentheses behind "not".'],
    ['Patient?_filter=name eq a and name eq b or name eq c', '"_filter" needs parentheses where "and" and "or" meet.'],
    ['Patient?_filter=name ew a', '"_filter" has a comparison that it does not know. It takes eq, sw'],
    ['Patient?_filter=name gt a', '"_filter" does not take "gt" for "name", which is of type string.'],
    ['Patient?_filter=name:exact eq a', '"_filter" takes names of parameters with dots between'],
    ['Patient?_filter=birthdate pr maybe', '"_filter" takes true or false behind "pr".'],
    [`Patient?_filter=${'('.repeat(30)}`, '"_filter" has more than 20 parentheses in one another.'],
    ['Patient?_filter=birthdate eq soon', 'The value of search parameter "birthdate" must be a date'],
    ['Location?near=1|2|3|kg', 'The value of search parameter "near" must be latitude|longitude|distance|unit'],
    ['Location?near=91|2', 'The value of search parameter "near" must be latitude|longitude|distance|unit'],
    ['Claim?_id=Claim/1', 'The value of search parameter "_id" must be an id'],
    ['Claim?_id:exact=1', 'Search parameter "_id" takes no modifier'],
    ['Claim?_lastUpdated=now', 'The value of search parameter "_lastUpdated" must be a date'],
    ['Claim?_count=-1', '"_count" must be a whole number, 0 or greater.'],
    ['Claim?_count=ten', '"_count" must be a whole number, 0 or greater.'],
    ['Claim?_count=1&_count=2', '"_count" must be given once.'],
    ['Claim?_sort=created&_sort=-created', '"_sort" must be given once, with commas between its keys.'],
    ['Claim?_total=yes', '"_total" must be none, estimate or accurate.'],
    ['Claim?_total=none&_total=none', '"_total" must be given once.'],
  ])('refuses %s in any handling', (url, diagnostics) => {
    expect(refusal(url)).toContain(`400 search-parameter-invalid: ${diagnostics}`);
    expect(refusal(url, { handling: 'lenient' })).toContain(`400 search-parameter-invalid: ${diagnostics}`);
  });

  it.each([
    ['101 parameters', Array(101).fill('status=active').join('&'), 'A search takes at most 100 parameters.'],
    ['5001 values', `status=${Array(5001).fill('active')}`, 'A search takes at most 5000 values of one parameter'],
    ['201 dates', `created=${Array(201).fill('2024')}`, 'A search takes at most 200 texts, numbers and dates'],
    [
      '201 dates of change',
      `_lastUpdated=${Array(201).fill('2024')}`,
      'A search takes at most 200 texts, numbers and dates',
    ],
    [
      '201 dates in two',
      `created=2024&created=${Array(200).fill('2024')}`,
      'A search takes at most 200 texts, numbers and dates',
    ],
    ['11 keys to sort by', `_sort=${Array(11).fill('created')}`, '"_sort" must have at most 10 keys.'],
  ])('refuses a search that is too large to be carried out: %s', (_what, parameters, diagnostics) => {
    for (const handling of ['strict', 'lenient'] as const) {
      expect(refusal(`Claim?${parameters}`, { handling })).toContain(`400 search-parameter-invalid: ${diagnostics}`);
    }
  });

  it('repeats no value in a refusal', () => {
    for (const url of [
      'Patient?birthdate=Doe',
      'Patient?identifier=Doe|1|2',
      'Patient?_id=Doe Ana',
      'Patient?_filter=family Doe eq',
      'Patient?_filter=family eq Ana Doe',
      'Patient?_filter=Doe',
      'Patient?general-practitioner=Doe Ana',
    ]) {
      expect(refusal(url)).toMatch(/^400/);
      expect(refusal(url)).not.toContain('Doe');
    }
  });

  it('refuses a parameter that the definitions have and the type here has not', () => {
    expect(refusal('Claim?_tag=x', { parametersOf: () => new Map() })).toContain('"_tag" is not supported for Claim');
  });
});
