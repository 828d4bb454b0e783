import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle, MeasureReport } from 'fhir/r4.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { claimWithSalts, malariaClaim } from '../../scripts/demo/requests.ts';
import { readConfig } from '../../src/config.ts';
import { dhis2 } from '../../src/dhis2.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import type { Exchange } from '../../src/integrations/connector/exchange.ts';
import { createDhis2Schedule } from '../../src/start-dhis2.ts';
import { expectOutcome } from '../http/expect-outcome.ts';
import { loadScheme, useServer, YEAR } from '../http/start-server.ts';
import { type Dhis2Peer, startDhis2 } from '../peers/dhis2.ts';

const server = useServer({ KIUNGO_CLAIM_MODE: 'adjudicate', KIUNGO_LEAST_CELL: '2' });
const folder = mkdtempSync(join(tmpdir(), 'kiungo-dhis2-'));
const FACILITY = 'Organization/tamaro-health-centre';
const PERIOD = `periodStart=${YEAR}-06-01&periodEnd=${YEAR}-06-30`;
const PROCESSED = 'https://kiungo.example/fhir/Measure/processed-claim';
let peer: Dhis2Peer;

const post = async (claim: Resource, number: string): Promise<void> => {
  const [identifier] = claim.identifier as [Resource];
  const { status, text } = await server.post('Claim', { ...claim, identifier: [{ ...identifier, value: number }] });
  expect(status, text).toBe(201);
};

beforeAll(async () => {
  writeFileSync(join(folder, 'password'), 'district\n');
  peer = await startDhis2();
  await loadScheme(server);
  await post(malariaClaim(`${YEAR}-06-03`), 'R-1');
  await post(claimWithSalts(`${YEAR}-06-30`), 'R-2');
  await post(malariaClaim(`${YEAR}-07-01`), 'R-3');
  const { body } = await server.post('Claim', {
    ...malariaClaim(`${YEAR}-06-05`),
    diagnosis: [{ sequence: 1, diagnosisCodeableConcept: { coding: [{ code: 'A09' }] } }],
  });
  expect(body.id).toBeDefined();
});
afterAll(async () => {
  await peer.close();
  rmSync(folder, { recursive: true });
});

const evaluate = async (query: string): Promise<Resource> => {
  const { status, text, body } = await server.get(`Measure/$evaluate-measure?${query}`);
  expect(status, text).toBe(200);
  return body;
};

const figuresOf = ({ group = [] }: MeasureReport, dataElement: string): unknown[] =>
  group
    .filter(({ code }) => code?.coding?.[0]?.code === dataElement)
    .flatMap(({ stratifier }) => stratifier![0]!.stratum!)
    .map(({ component = [], population, measureScore }) => [
      component.map(({ value }) => value.coding![0]!.code).join(' '),
      population?.[0]?.count ?? `${measureScore?.value} ${measureScore?.unit}`,
    ]);

describe('the report of claims', () => {
  test('counts the claims of a facility in a period, their lines, and what is asked and paid', async () => {
    const report = (await evaluate(`measure=${PROCESSED}&${PERIOD}&subject=${FACILITY}`)) as unknown as MeasureReport;
    expect(report).toMatchObject({
      resourceType: 'MeasureReport',
      type: 'summary',
      measure: PROCESSED,
      subject: { identifier: { value: expect.any(String) } },
      reporter: { reference: FACILITY },
      period: { start: `${YEAR}-06-01`, end: `${YEAR}-06-30` },
    });
    const claims = figuresOf(report, 'NB_CLAIM') as [string, number][];
    expect(claims.reduce((sum, [, count]) => sum + count, 0)).toBe(3);
    expect(claims.every(([by]) => /^SUM-BASIC (APPROVED|REJECTED) O F P6Y-P12Y$/.test(by))).toBe(true);
    const lines = figuresOf(report, 'NB_CLAIM_ITEM') as [string, number][];
    expect(lines.find(([by]) => by.endsWith('REJECTED'))?.[1]).toBe(1);
    const asked = figuresOf(report, 'SUM_ASKED_SERVICE') as [string, string][];
    expect(asked.map(([, amount]) => amount)).toContain('28.2 USD');
    expect(figuresOf(report, 'SUM_VALUATED_SERVICE').length).toBeGreaterThan(0);
  });

  test('leaves out figures of diagnoses that are so small that they could tell of a person', async () => {
    const report = (await evaluate(`measure=${PROCESSED}&${PERIOD}&subject=${FACILITY}`)) as unknown as MeasureReport;
    expect(figuresOf(report, 'NB_CLAIM_SERVICE_ICD')).toEqual([['SUM-BASIC APPROVED B54', 2]]);
  });

  test('is made for all facilities that have claims, and is empty for one that has none', async () => {
    const bundle = (await evaluate(`measure=${PROCESSED}&${PERIOD}`)) as unknown as Bundle;
    expect(bundle.entry!.map(({ resource }) => (resource as MeasureReport).reporter!.reference)).toEqual([FACILITY]);
    const none = await evaluate(`measure=${PROCESSED}&periodStart=2019-01-01&periodEnd=2019-01-31&subject=${FACILITY}`);
    expect(none).not.toHaveProperty('group');
  });

  test('says what is wrong with what it is asked for', async () => {
    for (const [query, rule] of [
      [PERIOD, 'operation-parameter-missing'],
      [`measure=births&${PERIOD}`, 'operation-parameter-invalid'],
      [`measure=${PROCESSED}&periodStart=2026-06`, 'operation-parameter-invalid'],
      [`measure=${PROCESSED}&periodStart=2026-06-02&periodEnd=2026-06-01`, 'operation-parameter-invalid'],
      [`measure=${PROCESSED}&${PERIOD}&subject=Patient/1`, 'operation-parameter-invalid'],
    ] as const) {
      expectOutcome(await server.get(`Measure/$evaluate-measure?${query}`), 400, rule);
    }
  });
});

test('the report of enrolment counts each insured person once where they live, and families by who holds the policy', async () => {
  const bundle = (await evaluate(`measure=ENROLMENT&${PERIOD}`)) as unknown as Bundle;
  const reports = bundle.entry!.map(({ resource }) => resource as MeasureReport);
  const total = (dataElement: string): number =>
    reports.flatMap(report => figuresOf(report, dataElement) as [string, number][]).reduce((sum, [, n]) => sum + n, 0);
  // The family Sadiki: the cover of the others has not begun or has ended.
  expect(total('NB_INSUREES')).toBe(3);
  expect(total('NB_FAMILY')).toBe(1);
  expect(reports.every(({ subject }) => subject!.reference!.startsWith('Location/'))).toBe(true);
});

describe('the command', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    peer.mood('new');
    vi.spyOn(process.stdout, 'write').mockImplementation(text => lines.push(String(text).trim()) > 0);
    return () => vi.restoreAllMocks();
  });
  const run = (...more: string[]): Promise<number> =>
    dhis2([
      ...['--server', server.url, '--dhis2', peer.url, '--password-file', join(folder, 'password')],
      ...['--month', `${YEAR}-06`, ...more],
    ]);

  test('sends ADX that DHIS2 reads by codes', async () => {
    expect(await run()).toBe(0);
    const { path, contentType, body } = peer.received.at(-2)!;
    expect(contentType).toBe('application/adx+xml');
    expect(path).toContain('importStrategy=CREATE_AND_UPDATE');
    expect(body).toContain(`<adx xmlns="urn:ihe:qrph:adx:2015" exported="`);
    expect(body).toMatch(new RegExp(`<group orgUnit="[^"]+" period="${YEAR}-06-01/P1M" dataSet="PROCESSED_CLAIM"`));
    expect(body).toContain(
      '<dataValue dataElement="NB_CLAIM" product="SUM-BASIC" claim_status="APPROVED" claim_type="O" sex="F" ageGroup="P6Y-P12Y"',
    );
    expect(lines[0]).toMatch(new RegExp(`^${YEAR}-06 PROCESSED_CLAIM: taken, \\d+ imported`));
  });

  test('sends JSON with the names of a map, month by month, and what is sent again is no failure', async () => {
    const codes = {
      dataElement: { NB_CLAIM: 'claims' },
      option: { sex: { F: 'female' } },
      dataSet: { ENROLMENT: 'enrol' },
    };
    writeFileSync(join(folder, 'codes.json'), JSON.stringify(codes));
    const args = ['--form', 'json', '--codes', join(folder, 'codes.json'), '--months', '2'];
    expect(await run(...args)).toBe(0);
    const sets = peer.received
      .filter(({ contentType }) => contentType === 'application/json')
      .map(({ body }) => JSON.parse(body));
    const june = sets.find(({ dataSet, period }) => dataSet === 'PROCESSED_CLAIM' && period === `${YEAR}06`);
    expect(june.dataValues).toContainEqual({
      dataElement: 'claims',
      categoryOptionCombo: 'SUM-BASIC,APPROVED,O,female,P6Y-P12Y',
      value: expect.any(String),
    });
    expect(sets.map(({ period }) => period)).toContain(`${YEAR}05`);
    expect(await run(...args)).toBe(0);
    expect(lines.at(-1)).toMatch(/taken, 0 imported/);
  });

  test.each([
    ['old', 0, /taken/],
    ['warning', 1, /REFUSED/],
    ['unknown-org-unit', 1, /REFUSED/],
    ['away', 1, /REFUSED/],
  ] as const)('judges the answer of a DHIS2 that is %s by its body', async (mood, code, told) => {
    peer.mood(mood);
    expect(await run()).toBe(code);
    expect(lines[0]).toMatch(told);
    if (mood === 'unknown-org-unit') {
      expect(lines.filter(line => line === 'HF009: Org unit not found or not accessible')).toHaveLength(2);
    }
  });

  test('prints what it would send, and says what is missing', async () => {
    const before = peer.received.length;
    expect(await run('--dry-run')).toBe(0);
    expect(peer.received.length).toBe(before);
    expect(lines[0]).toContain('<adx ');
    await expect(dhis2([])).rejects.toThrow('--month');
    await expect(run('--form', 'csv')).rejects.toThrow('--form');
  });
});

describe('the schedule', () => {
  const told: Exchange[] = [];
  const scheduleOn = (day: string) =>
    createDhis2Schedule(
      readConfig({
        ...{ KIUNGO_DHIS2_URL: peer.url, KIUNGO_DHIS2_PASSWORD_FILE: join(folder, 'password') },
        KIUNGO_DHIS2_MONTHS: '2',
      }),
      { ...server.app.deps, now: () => Date.parse(`${day}T12:00:00Z`) },
      exchange => told.push(exchange),
    )!;
  const sentIn = async (send: () => Promise<void>): Promise<string[]> => {
    told.length = 0;
    await send();
    return told.map(({ message, outcome }) => `${message} ${outcome}`);
  };

  test('sends nothing before its day', async () => {
    expect(await sentIn(scheduleOn(`${YEAR}-07-04`))).toEqual([]);
  });

  test('sends what DHIS2 did not take when it is asked again, tells why, and then no more that month', async () => {
    peer.mood('unknown-org-unit');
    expect(await sentIn(scheduleOn(`${YEAR}-07-05`))).toContain(`PROCESSED_CLAIM ${YEAR}-06 failed`);
    expect(told[0]?.reason).toContain('Org unit not found');
    peer.mood('new');
    const sent = await sentIn(scheduleOn(`${YEAR}-07-06`));
    expect(sent).toEqual([
      `ENROLMENT ${YEAR}-05 delivered`,
      `PROCESSED_CLAIM ${YEAR}-06 delivered`,
      `ENROLMENT ${YEAR}-06 delivered`,
    ]);
    expect(await sentIn(scheduleOn(`${YEAR}-07-07`))).toEqual([]);
    expect(await sentIn(scheduleOn(`${YEAR}-08-05`))).toContain(`PROCESSED_CLAIM ${YEAR}-07 delivered`);
  });

  test('is none where no DHIS2 is named, and names a file that it cannot read', () => {
    const make = (environment: Record<string, string>) =>
      createDhis2Schedule(readConfig(environment), server.app.deps, () => {});
    expect(make({})).toBeUndefined();
    const environment = { KIUNGO_DHIS2_URL: peer.url, KIUNGO_DHIS2_CODES_FILE: join(folder, 'none.json') };
    expect(() => make(environment)).toThrow('KIUNGO_DHIS2_CODES_FILE');
  });
});
