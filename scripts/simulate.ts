import { readFileSync, writeFileSync } from 'node:fs';
import type { ClaimResponse, CoverageEligibilityResponse } from 'fhir/r4.js';
import { pino } from 'pino';
import { type App, startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { FhirError } from '../src/fhir/fhir-error.ts';
import type { Resource } from '../src/fhir/resource.ts';
import { readPrefer } from '../src/http/prefer.ts';
import { clockRules } from '../src/insurance/clock-rules.ts';
import { create } from '../src/interactions/create.ts';
import { deleteResource } from '../src/interactions/delete.ts';
import { read } from '../src/interactions/read.ts';
import { searchType } from '../src/interactions/search-type.ts';
import { update } from '../src/interactions/update.ts';
import { operations } from '../src/operations/operations.ts';
import { turnClock } from '../src/operations/turn-clock.ts';
import type { Scheme } from './simulate/claim-case.ts';
import { differences } from './simulate/differences.ts';
import { expectedOf, runCase, type SimulatedCase } from './simulate/kinds.ts';
import type { Printed } from './simulate/set-up-resources.ts';

const bytes = (resource: object): Buffer => Buffer.from(JSON.stringify(resource));

type TypeCall = { resourceType: string; parameters: readonly (readonly [string, string])[]; body?: Buffer };

/** The server's interactions, as HTTP would reach them. `written` gathers what was stored. */
const schemeOf = ({ deps }: App, written: Printed[]): Scheme => {
  const callType = async (operation: string, call: TypeCall): Promise<Resource> => {
    const { body } = await operations.get(operation)!.run(deps, {
      level: 'type',
      body: Buffer.alloc(0),
      prefer: readPrefer(undefined),
      ...call,
    });
    return JSON.parse(body!) as Resource;
  };
  return {
    post: async resource => {
      const { body } = await create(deps, { resourceType: resource.resourceType, body: bytes(resource) });
      written.push(JSON.parse(body!) as Printed);
    },
    remove: async (resourceType, id) => {
      await deleteResource(deps, { resourceType, id });
    },
    turnClock: async today => {
      await turnClock(deps, clockRules, { today });
    },
    read: async (resourceType, id) => JSON.parse((await read(deps, resourceType, id)).body!) as Resource,
    search: async (resourceType, parameters) => {
      const { body } = await searchType(deps, { resourceType, parameters, handling: 'strict' });
      const { entry = [] } = JSON.parse(body!) as { entry?: { resource: Resource }[] };
      return entry.map(({ resource }) => resource);
    },
    askOne: async (resourceType, id, operation, parameters) => {
      const { body } = await operations.get(operation)!.run(deps, {
        level: 'instance',
        resourceType,
        id,
        parameters,
        body: Buffer.alloc(0),
        prefer: readPrefer(undefined),
      });
      return JSON.parse(body!) as Resource;
    },
    ask: (resourceType, operation, parameters) => callType(operation, { resourceType, parameters }),
    call: (resourceType, operation, parameters) =>
      callType(operation, { resourceType, parameters: [], body: bytes(parameters) }),
    put: async resource => {
      written.push(resource);
      await update(deps, { resourceType: resource.resourceType, id: resource.id, body: bytes(resource) });
    },
    operate: async (id, operation, parameters) => {
      const { body } = await operations.get(operation)!.run(deps, {
        level: 'instance',
        resourceType: 'Claim',
        id,
        parameters: [],
        body: bytes(parameters),
        prefer: readPrefer(undefined),
      });
      return JSON.parse(body!) as ClaimResponse;
    },
    readEligibility: async id =>
      JSON.parse((await read(deps, 'CoverageEligibilityResponse', id)).body!) as CoverageEligibilityResponse,
    readAnswer: async id => JSON.parse((await read(deps, 'ClaimResponse', id)).body!) as ClaimResponse,
  };
};

const readCases = (file: string): SimulatedCase[] => {
  const parsed = JSON.parse(readFileSync(file, 'utf8')) as SimulatedCase | { cases: SimulatedCase[] };
  return 'cases' in parsed ? parsed.cases : [parsed];
};

const wordsOf = (error: unknown): string =>
  error instanceof FhirError
    ? error.issues.map(({ expression, diagnostics }) => `${expression ?? ''} ${diagnostics}`.trim()).join(' ')
    : String(error);

const main = async (): Promise<number> => {
  const args = process.argv.slice(2);
  const bundleAt = args.indexOf('--bundle');
  const bundle = bundleAt < 0 ? undefined : args.splice(bundleAt, 2)[1];
  const expects = args.includes('--expect');
  const files = args.filter(arg => arg !== '--expect');
  if (files.length === 0) {
    process.stderr.write('Usage: npm run simulate -- case.json [more.json ...] [--expect] [--bundle FILE]\n');
    return 2;
  }
  const cases = files.flatMap(readCases);
  const app = await startApp(
    readConfig({ KIUNGO_STORE: 'sqlite::memory:', KIUNGO_PORT: '0', KIUNGO_CLOCK_MINUTES: '0' }),
    pino({ level: 'silent' }),
  );
  const written: Printed[] = [];
  const faults: string[] = [];
  try {
    const results: { id: string; result: unknown }[] = [];
    for (const [index, each] of cases.entries()) {
      const result = await runCase(schemeOf(app, written), each, index + 1).catch((error: unknown) => {
        throw new Error(`Case ${each.id}: ${wordsOf(error)}`);
      });
      results.push({ id: each.id, result });
      if (expects) faults.push(...differences(result, expectedOf(each)).map(text => `${each.id} ${text}`));
    }
    process.stdout.write(`${JSON.stringify({ results })}\n`);
  } finally {
    await app.close();
  }
  if (bundle !== undefined) {
    const entry = written.map(resource => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }));
    writeFileSync(bundle, `${JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }, null, 2)}\n`);
  }
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  return faults.length === 0 ? 0 : 1;
};

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
