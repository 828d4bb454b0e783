import type { Bundle, ClaimResponse, FhirResource, OperationOutcome } from 'fhir/r4.js';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { parseExact } from '../src/fhir/exact-json.ts';
import { parseStored } from '../src/fhir/parse-resource.ts';
import type { JsonObject, Resource } from '../src/fhir/resource.ts';
import { normalize } from '../src/interactions/normalize.ts';
import { exampleFolder, readExamples } from './real-input/examples.ts';
import { OPENIMIS_CHANGES } from './real-input/openimis-changes.ts';
import { OPENIMIS_FAULTS } from './real-input/openimis-faults.ts';
import { inReferenceOrder, nameOf, referencesOf, withoutItemsReferringTo } from './real-input/reference-order.ts';

interface Answer {
  status: number;
  /** Rule and expression of every error. */
  errors: string[];
}

const start = (capabilities: string): Promise<App> =>
  startApp(
    readConfig({ KIUNGO_PORT: '0', KIUNGO_STORE: 'sqlite::memory:', KIUNGO_CAPABILITIES: capabilities }),
    pino({ level: 'silent' }),
  );

const errorsOf = ({ issue }: OperationOutcome): string[] =>
  issue
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map(({ details, expression }) => [details?.coding?.[0]?.code, ...(expression ?? [])].join(' '))
    .sort();

const send = async (
  { url }: App,
  text: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: FhirResource }> => {
  const response = await fetch(`${url}/${nameOf(JSON.parse(text) as Resource)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json', ...headers },
    body: text,
  });
  return { status: response.status, body: (await response.json()) as FhirResource };
};

const put = async (app: App, text: string): Promise<Answer> => {
  const { status, body } = await send(app, text);
  return { status, errors: body.resourceType === 'OperationOutcome' ? errorsOf(body) : [] };
};

/** As `put`, with the changes that normalising makes: code and expression of each. */
const putNormalized = async (app: App, text: string): Promise<Answer & { changes: string[] }> => {
  const { status, body } = await send(app, text, { prefer: 'normalize=openimis, return=OperationOutcome' });
  const { issue } = body as OperationOutcome;
  const changes = issue
    .filter(({ severity, details }) => severity === 'information' && details !== undefined)
    .map(({ details, expression }) => `${details!.coding![0]!.code} ${expression![0]}`);
  return { status, errors: errorsOf(body as OperationOutcome), changes };
};

const get = async ({ url }: App, path: string): Promise<string> => {
  const response = await fetch(`${url}/${path}`, { headers: { accept: 'application/fhir+json' } });
  expect(response.status, path).toBe(200);
  return response.text();
};

const exact = (text: string): Resource => parseExact(text) as Resource;

/** The text of a resource without what the server assigns: members in their order, numbers in their written form. */
const contentOf = (text: string): { rest: string; meta: string } => {
  const { resourceType: _type, id: _id, meta = {}, ...rest } = exact(text);
  const { versionId: _version, lastUpdated: _updated, ...said } = meta as JsonObject;
  return { rest: JSON.stringify(rest), meta: JSON.stringify(said) };
};

const openimisFolder = exampleFolder('openimis/examples');
const openimis = openimisFolder === undefined ? new Map<string, string>() : readExamples(openimisFolder);

describe.skipIf(openimisFolder === undefined)('the published openIMIS examples', () => {
  let app: App;
  /** Answers by file: to the file as it was published, and to the file without its known faults. */
  const published = new Map<string, Answer>();
  const corrected = new Map<string, Answer>();
  const fileOf = (resource: Resource): string => `${resource.resourceType}-${resource.id}.json`;
  const faultsOf = (file: string): (typeof OPENIMIS_FAULTS)[string] => OPENIMIS_FAULTS[file] ?? [];

  const correct = (file: string, text: string): Resource => {
    const resource = exact(text);
    for (const fault of faultsOf(file)) fault.correct(resource as unknown as FhirResource);
    return resource;
  };

  /**
   * Feeds every file. Families refer to their members and members to their family, so that whatever comes first points ahead: it is
   * refused for just that, is sent without, and is sent whole when all are there.
   */
  beforeAll(async () => {
    app = await start('openimis');
    const ordered = inReferenceOrder([...openimis].map(([file, text]) => correct(file, text)));
    const waiting = new Set(ordered.map(nameOf));
    const postponed: Resource[] = [];
    for (const resource of ordered) {
      const file = fileOf(resource);
      waiting.delete(nameOf(resource));
      const ahead = referencesOf(resource).filter(({ target }) => waiting.has(target));
      if (ahead.length > 0) {
        expect(await put(app, openimis.get(file)!), file).toEqual({
          status: 422,
          errors: ahead.map(({ expression }) => `reference-not-found ${expression}`).sort(),
        });
        const first = withoutItemsReferringTo(resource, new Set(ahead.map(({ target }) => target)));
        expect(await put(app, JSON.stringify(first)), file).toEqual({ status: 201, errors: [] });
        postponed.push(resource);
        continue;
      }
      published.set(file, await put(app, openimis.get(file)!));
      if (faultsOf(file).length > 0) corrected.set(file, await put(app, JSON.stringify(resource)));
    }
    for (const resource of postponed) published.set(fileOf(resource), await put(app, openimis.get(fileOf(resource))!));
  });

  afterAll(() => app?.close());

  it('are all fed', () => {
    expect([...published.keys()].sort()).toEqual([...openimis.keys()].sort());
    expect(published.size).toBe(26);
  });

  it('have the faults that are known of them, and no others', () => {
    const refused = [...published].filter(([, { status }]) => status === 422);
    expect(Object.fromEntries(refused.map(([file, { errors }]) => [file, errors]))).toEqual(
      Object.fromEntries(
        Object.entries(OPENIMIS_FAULTS).map(([file, faults]) => [file, faults.flatMap(({ errors }) => errors).sort()]),
      ),
    );
  });

  it.each([...openimis.keys()])('%s is accepted, without its known faults if it has some', file => {
    const answer = published.get(file)!;
    if (faultsOf(file).length > 0) expect(corrected.get(file)).toEqual({ status: 201, errors: [] });
    else expect(answer).toEqual({ status: expect.toSatisfy(status => status === 200 || status === 201), errors: [] });
  });

  it('are read as they were sent', async () => {
    for (const [file, text] of openimis) {
      // Its headers are secret, and not shown again.
      if (file.startsWith('Subscription-')) continue;
      const sent = JSON.stringify(correct(file, text));
      expect(contentOf(await get(app, nameOf(exact(text)))), file).toEqual(contentOf(sent));
    }
  });

  it('give the claim an answer, of which the published one becomes the next version', async () => {
    const history = JSON.parse(await get(app, 'ClaimResponse/Claim001/_history')) as Bundle<ClaimResponse>;
    const versions = history.entry!.map(({ resource }) => resource!);
    expect(versions.map(({ meta, outcome }) => [meta!.versionId, outcome])).toEqual([
      ['2', 'partial'],
      ['1', 'complete'],
    ]);
    const [, first] = versions;
    expect(first).toMatchObject({
      request: { reference: 'Claim/Claim001' },
      total: [{ amount: { value: 60, currency: 'EUR' } }],
    });
    expect(first!.item!.map(({ adjudication }) => adjudication[0]!.amount!.value)).toEqual([40, 10]);
    const claim = JSON.parse(await get(app, 'Claim/Claim001/_history')) as Bundle;
    expect(claim.entry).toHaveLength(1);
  });

  it('give the question about cover an answer', async () => {
    const answer = JSON.parse(await get(app, 'CoverageEligibilityResponse/JoeDoeEnquiring'));
    expect(answer).toMatchObject({
      outcome: 'complete',
      disposition: expect.stringContaining('Covered on 2021-09-17'),
      insurance: [{ coverage: { reference: 'Coverage/JoeDoeCoverage' }, inforce: true }],
    });
  });

  it('have no fault left, when they are normalised, but a reference to nobody, and are changed nowhere else', async () => {
    const errors: Record<string, readonly string[]> = {};
    const changes: Record<string, readonly string[]> = {};
    for (const [file, text] of openimis) {
      // Its headers are secret, and not shown again.
      if (file.startsWith('Subscription-')) continue;
      const answer = await putNormalized(app, text);
      expect(answer.status, file).toBe(answer.errors.length === 0 ? 200 : 422);
      if (answer.errors.length > 0) errors[file] = answer.errors;
      if (answer.changes.length > 0) changes[file] = answer.changes;
    }
    expect(changes).toEqual(OPENIMIS_CHANGES);
    const toNobody = Object.entries(OPENIMIS_FAULTS).flatMap(([file, faults]) => {
      const left = faults.flatMap(({ errors: of }) => of).filter(error => error.startsWith('reference-format'));
      return left.length === 0 ? [] : [[file, left] as const];
    });
    expect(errors).toEqual(Object.fromEntries(toNobody));
    expect(toNobody).toHaveLength(3);
  });
});

const r4Folder = exampleFolder('r4-examples');
const r4 = r4Folder === undefined ? new Map<string, string>() : readExamples(r4Folder);

describe.skipIf(r4Folder === undefined)('the official R4 examples', () => {
  let app: App;

  beforeAll(async () => {
    app = await start('r4');
  });

  afterAll(() => app?.close());

  it('are all accepted but the one that is known to be invalid, and are read as they were sent', async () => {
    const refused = new Map<string, Answer>();
    for (const [file, text] of r4) {
      const answer = await put(app, text);
      if (answer.status !== 201) refused.set(file, answer);
      else expect(contentOf(await get(app, nameOf(exact(text)))), file).toEqual(contentOf(text));
    }
    expect([...refused.keys()]).toEqual(['Questionnaire-qs1.json']);
    const { status, errors } = refused.get('Questionnaire-qs1.json')!;
    expect(status).toBe(422);
    expect(errors.filter(error => !/^cardinality-min Questionnaire\.(item\[\d+\]\.)+linkId$/.test(error))).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
    expect(r4.size).toBeGreaterThan(300);
  });

  it('are not changed when they are normalised, but for one that refers by the code of a Device', async () => {
    const changes: string[] = [];
    for (const text of r4.values()) {
      const parsed = parseStored(text);
      const normalized = await normalize(app.deps, parsed, parsed.resource.id);
      changes.push(...normalized.changes.map(({ rule, expression }) => `${rule} ${expression}`));
    }
    expect(changes).toEqual(['normalized-reference ChargeItemDefinition.instance[0].reference']);
  });
});
