import { describe, expect, it } from 'vitest';
import { BASE_URL, parameterUse } from '../../../test/fixtures/parameter-use.ts';
import type { Json } from '../../fhir/resource.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { ReferenceValue } from '../query.ts';
import { referenceType } from './reference.ts';

type Target = 'Patient' | 'Group';

const parse = (value: string, modifier?: string, target?: Target[]): readonly ReferenceValue[] => {
  const condition = referenceType.parse(parameterUse(value, modifier, target === undefined ? {} : { target }));
  return condition.kind === 'reference' ? condition.anyOf : [];
};

const entriesOf = (type: string, value: Json): Partial<IndexEntry>[] => {
  const entries: IndexEntry[] = [];
  referenceType.entries[type]!(value, 'code', entries, { baseUrl: BASE_URL, timeZone: 'UTC' });
  return entries.map(({ kind: _kind, parameter: _parameter, ...entry }) => entry);
};

const BOTH: Target[] = ['Patient', 'Group'];
const UUID = 'urn:uuid:0190f5f0-7c1e-7000-8000-3f1c2d4b5a69';
const LOCAL = { type: 'Patient', id: '123' };

describe('values of reference parameters', () => {
  it.each<[string, string | undefined, Target[] | undefined, ReferenceValue[]]>([
    ['123', undefined, BOTH, [{ id: '123' }]],
    ['123', undefined, ['Patient'], [LOCAL]],
    ['123', 'Patient', BOTH, [LOCAL]],
    ['Patient/123', undefined, BOTH, [LOCAL]],
    ['Patient/123', 'Patient', BOTH, [LOCAL]],
    ['Patient/123/_history/2', undefined, BOTH, [LOCAL]],
    [`${BASE_URL}/Patient/123`, undefined, BOTH, [LOCAL]],
    ['http://a.example/Patient/123', undefined, BOTH, [{ url: 'http://a.example/Patient/123' }]],
    [UUID, undefined, BOTH, [{ url: UUID }]],
    ['http://a.example/Measure/m|1', undefined, undefined, [{ url: 'http://a.example/Measure/m|1' }]],
    ['http://a.example/Measure/m\\|1', undefined, undefined, [{ url: 'http://a.example/Measure/m|1' }]],
    ['1,Group/2', undefined, BOTH, [{ id: '1' }, { type: 'Group', id: '2' }]],
  ])('reads %s with modifier %s', (value, modifier, target, expected) => {
    expect(parse(value, modifier, target)).toEqual(expected);
  });

  it('refuses what is no reference', () => {
    expect(() => parse('a b', undefined, ['Patient'])).toThrow(
      'must be an id, a reference (Patient/id) or an absolute url',
    );
  });

  it('refuses a type that the parameter has not, and one that its modifier denies', () => {
    expect(() => parse('1', 'Coverage', BOTH)).toThrow('":Coverage". Supported: :identifier, :Patient, :Group.');
    expect(() => parse('Group/1', 'Patient', BOTH)).toThrow('must be a reference to Patient');
  });
});

describe('index entries of references', () => {
  it.each<[string, Json, object[]]>([
    ['Reference', { reference: 'Patient/123' }, [LOCAL]],
    ['Reference', { reference: 'Patient/123/_history/2' }, [LOCAL]],
    ['Reference', { reference: `${BASE_URL}/Patient/123` }, [LOCAL]],
    ['Reference', { reference: 'http://a.example/Patient/123' }, [{ url: 'http://a.example/Patient/123' }]],
    ['Reference', { reference: UUID }, [{ url: UUID }]],
    ['Reference', { reference: '#p' }, []],
    ['Reference', { identifier: { system: 's', value: '1' } }, [{ system: 's', code: '1' }]],
    ['canonical', 'http://a.example/Measure/m', [{ url: 'http://a.example/Measure/m' }]],
    [
      'canonical',
      'http://a.example/Measure/m|1',
      [{ url: 'http://a.example/Measure/m|1' }, { url: 'http://a.example/Measure/m' }],
    ],
    ['canonical', `${BASE_URL}/Measure/m|1`, [{ url: `${BASE_URL}/Measure/m|1` }, { type: 'Measure', id: 'm' }]],
  ])('takes %s %j', (type, value, expected) => {
    expect(entriesOf(type, value)).toEqual(expected);
  });

  it.each([
    'Patient/123',
    `${BASE_URL}/Patient/123`,
    'http://a.example/Patient/123',
    UUID,
    'http://a.example/Measure/m|1',
    `${BASE_URL}/Measure/m|1`,
  ])('of %s are found by the same text', text => {
    expect(entriesOf('canonical', text)).toContainEqual(parse(text)[0]);
  });
});
