import type { Provenance } from 'fhir/r4.js';
import { expect, it } from 'vitest';
import type { Deps } from '../interactions/context.ts';
import { newMergeRecord } from './merge-record.ts';

const deps = { settings: { insurer: 'Organization/scheme' }, now: () => 0, newId: () => 'record' } as unknown as Deps;
const changed = [{ resourceType: 'Patient', id: 'new', versionId: 3, resource: { resourceType: 'Patient' } }];
const pair = { source: 'Patient/old', target: 'Patient/new' };

const recordBy = (caller: object | undefined): Provenance => {
  const asking = caller === undefined ? deps : ({ ...deps, access: { caller } } as unknown as Deps);
  return newMergeRecord(asking, 'merge', changed, pair).resource as unknown as Provenance;
};

it('tells which client asked for a merge, and the insurer where nobody is known', () => {
  const { agent, target } = recordBy({ clientId: 'registry', organization: 'Organization/office' });
  expect(agent).toEqual([{ who: { reference: 'Organization/office', display: 'Client registry' } }]);
  expect(target).toEqual([{ reference: 'Patient/new/_history/4' }]);
  expect(recordBy(undefined).agent).toEqual([{ who: { reference: 'Organization/scheme' } }]);
});
