import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { OperationOutcome } from 'fhir/r4.js';
import { createTar } from 'nanotar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { patient } from '../http/resources.ts';
import { failToStart, killServers, startServer } from './server-process.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-settings-'));
});

afterEach(async () => {
  await killServers();
  await rm(folder, { recursive: true });
});

const MEMORY = { KIUNGO_STORE: 'sqlite::memory:' };
const PROFILE = 'https://example.org/fhir/StructureDefinition/district-patient';

/** A FHIR package whose profile asks that a patient has a telephone. */
const districtPackage = async (profile: object = {}): Promise<string> => {
  const file = join(folder, 'district.tgz');
  const structure = {
    resourceType: 'StructureDefinition',
    id: 'district-patient',
    url: PROFILE,
    name: 'DistrictPatient',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element: [{ id: 'Patient.telecom', path: 'Patient.telecom', min: 1 }] },
    ...profile,
  };
  const entries = Object.entries({
    'package/package.json': { name: 'example.district', version: '1.0.0', fhirVersions: ['4.0.1'] },
    'package/StructureDefinition-district-patient.json': structure,
  }).map(([name, content]) => ({ name, data: JSON.stringify(content) }));
  await writeFile(file, gzipSync(createTar(entries)));
  return file;
};

test('a profile of a FHIR package is judged where meta.profile claims it', async () => {
  const { url, stop } = await startServer({ ...MEMORY, KIUNGO_PACKAGES: await districtPackage() });
  const post = (more: object): Promise<Response> =>
    fetch(`${url}/Patient`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ ...patient('K-1'), ...more }),
    });
  const claimed = { meta: { profile: [PROFILE] } };
  expect((await post({})).status).toBe(201);
  expect((await post({ ...claimed, telecom: [{ system: 'phone', value: '+255 700' }] })).status).toBe(201);
  const refused = await post(claimed);
  expect(refused.status).toBe(422);
  const { issue } = (await refused.json()) as OperationOutcome;
  expect(issue.filter(({ severity }) => severity === 'error')).toMatchObject([
    { code: 'required', expression: ['Patient.telecom'] },
  ]);
  expect((await fetch(`${url}/StructureDefinition/district-patient`)).status).toBe(200);
  expect(await stop()).toBe(0);
});

describe('what keeps the server from starting is said in one text, with the name of what to change', () => {
  const expectRefusal = async (environment: Record<string, string>, ...parts: string[]): Promise<void> => {
    const { code, text } = await failToStart({ ...MEMORY, ...environment });
    expect(text).toMatch(/^Kiungo cannot start: /);
    for (const part of parts) expect(text).toContain(part);
    expect(text).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  };

  test('a variable that cannot be used, and every other one', async () => {
    await expectRefusal(
      { KIUNGO_PORT: 'http', KIUNGO_CURRENCY: 'shillings' },
      'KIUNGO_PORT',
      'KIUNGO_CURRENCY',
      'ISO 4217',
    );
  });

  test('a variable that is none', async () => {
    await expectRefusal({ KIUNGO_STORES: 'x' }, 'KIUNGO_STORES is not a setting');
  });

  test('a host that others can reach', async () => {
    await expectRefusal({ KIUNGO_HOST: '0.0.0.0' }, 'KIUNGO_HOST', 'KIUNGO_INSECURE=yes');
  });

  test('a port that is taken', async () => {
    const { url } = await startServer(MEMORY);
    const { port } = new URL(url);
    await expectRefusal({ KIUNGO_PORT: port }, port, 'EADDRINUSE');
  });

  test('a capability file that is not there, or asks for what no code is there for', async () => {
    const file = join(folder, 'mine.json');
    await expectRefusal({ KIUNGO_CAPABILITIES: file }, file);
    const resource = [{ type: 'Patient', interaction: [{ code: 'read' }, { code: 'subscribe' }] }];
    const statement = {
      resourceType: 'CapabilityStatement',
      fhirVersion: '4.0.1',
      rest: [{ mode: 'server', resource }],
    };
    await writeFile(file, JSON.stringify(statement));
    await expectRefusal({ KIUNGO_CAPABILITIES: file }, file, 'rest[0].resource[0].interaction[1]', 'subscribe');
  });

  test('an insurer that is not stored', async () => {
    await expectRefusal({ KIUNGO_INSURER: 'Organization/unheard-of' }, 'KIUNGO_INSURER', 'Organization/unheard-of');
  });

  test('a package that is not there, is none, or cannot be used', async () => {
    const missing = join(folder, 'missing.tgz');
    await expectRefusal({ KIUNGO_PACKAGES: missing }, missing);
    const broken = join(folder, 'broken.tgz');
    await writeFile(broken, 'not a package');
    await expectRefusal({ KIUNGO_PACKAGES: broken }, broken);
    const twice = await districtPackage({ url: 'http://hl7.org/fhir/StructureDefinition/Patient' });
    await expectRefusal({ KIUNGO_PACKAGES: twice }, twice);
  });
});

test('a store that was filled as a plain R4 server gets the default insurer when insurance is switched on', async () => {
  const settings = { KIUNGO_STORE: `sqlite:${join(folder, 'kiungo.db')}` };
  const plain = await startServer({ ...settings, KIUNGO_CAPABILITIES: 'r4' });
  const put = await fetch(`${plain.url}/Basic/a`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Basic', id: 'a', code: { text: 'a' } }),
  });
  expect(put.status).toBe(201);
  expect(await plain.stop()).toBe(0);
  const insurance = await startServer(settings);
  const insurer = `${insurance.url}/Organization/openIMIS-Implementation`;
  expect((await fetch(insurer)).status).toBe(200);
  expect((await fetch(insurer, { method: 'DELETE' })).status).toBe(204);
  expect(await insurance.stop()).toBe(0);
  // What somebody deleted is not brought back behind his back, but there is a way out.
  expect((await failToStart(settings)).text).toContain('KIUNGO_CAPABILITIES=r4');
});

test('KIUNGO_INSECURE=yes lets others reach the server, and the log warns of it', async () => {
  const { startLog, stop } = await startServer({ ...MEMORY, KIUNGO_HOST: '0.0.0.0', KIUNGO_INSECURE: 'yes' });
  const warnings = startLog.filter(({ level }) => level === 40).map(({ msg }) => msg);
  expect(warnings).toEqual([expect.stringContaining('KIUNGO_INSECURE=yes')]);
  expect(await stop()).toBe(0);
});
