import { expect, it } from 'vitest';
import type { IndexEntry } from '../../search/index-entry.ts';
import { plainPath, printPlain } from './plain.ts';
import { shapeOf } from './shapes.ts';

const reference = (parameter: string, id: string): IndexEntry => ({
  kind: 'reference',
  parameter,
  type: 'Patient',
  id,
});
const token = (parameter: string, code: string): IndexEntry => ({ kind: 'token', parameter, code });

it('has the texts of references and codes by parameter, and none of derived names', () => {
  const entries = [
    reference('patient', '1'),
    token('status', 'a"b'),
    reference('patient', '2'),
    token('identifier:of-type', 'MR|1'),
    token('pair$1 x', 'y'),
    reference('*:others', '3'),
    { kind: 'token', parameter: 'code', system: 'urn:s' } as const,
    { kind: 'reference', parameter: 'source', url: 'http://a.example/x' } as const,
  ];
  expect(JSON.parse(printPlain(entries))).toEqual({
    patient: ['Patient/1', 'Patient/2'],
    status: 'a"b',
    source: 'http://a.example/x',
  });
  expect(printPlain([])).toBe('');
  expect(plainPath('care-team')).toBe('$."care-team"');
});

it('a shape has each parameter once, whatever its names go on with', () => {
  const entries = [
    token('a', '1'),
    token('a:text', '1'),
    token('b$1 x', '1'),
    token('a', '2'),
    token('b$1 y', '2'),
    token('ab', '1'),
  ];
  expect(shapeOf(entries)).toBe('a b ab');
  expect(shapeOf(entries)).toBe('a b ab');
  expect(shapeOf([])).toBe('');
});
