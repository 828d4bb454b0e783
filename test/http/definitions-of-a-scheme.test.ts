import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CapabilityStatement } from 'fhir/r4.js';
import { afterAll, expect, test } from 'vitest';
import { DEFINITION_TYPES } from '../../src/definitions/definition-types.ts';
import { profile, urlOf } from '../../src/validation/test-profiles.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { startServer } from './start-server.ts';

/** A scheme's own capability file: that of openIMIS, with definitions open to writing. */

const folder = mkdtempSync(join(tmpdir(), 'scheme-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'mine.json');
const statement = JSON.parse(readFileSync('capability-statements/openimis.json', 'utf8')) as CapabilityStatement;
for (const resource of statement.rest?.[0]?.resource ?? []) {
  if (!DEFINITION_TYPES.has(resource.type)) continue;
  resource.interaction = [{ code: 'read' }, { code: 'create' }, { code: 'update' }, { code: 'delete' }];
  resource.updateCreate = true;
}
writeFileSync(file, JSON.stringify(statement));

const married = profile('married', 'Patient', [['Patient.maritalStatus', { min: 1 }]]);
const claiming = (number: string): ReturnType<typeof patient> =>
  patient(number, { meta: { profile: [urlOf('married')] } });

test('the shipped file of openIMIS lets definitions be read only', async () => {
  const server = await startServer();
  try {
    expectOutcome(await server.put('StructureDefinition/married', married), 405, 'interaction-not-enabled');
    expectOutcome(await server.delete('ValueSet/any'), 405, 'interaction-not-enabled');
  } finally {
    await server.app.close();
  }
});

test('a file of one’s own lets definitions be posted; they are judged beside the required profiles', async () => {
  const server = await startServer({ KIUNGO_CAPABILITIES: file });
  try {
    expect((await server.post('Patient', claiming('D-1'))).status).toBe(201);
    expect((await server.put('StructureDefinition/married', married)).status).toBe(201);
    const { identifier: _, ...bare } = claiming('D-2');
    const faults = expectOutcome(
      await server.post('Patient', { ...bare, resourceType: 'Patient' }),
      422,
      'cardinality-min',
    );
    expect(faults.map(({ expression }) => expression).sort()).toEqual(['Patient.identifier', 'Patient.maritalStatus']);
    expect((await server.delete('StructureDefinition/married')).status).toBe(204);
    expect((await server.post('Patient', claiming('D-3'))).status).toBe(201);
  } finally {
    await server.app.close();
  }
});
