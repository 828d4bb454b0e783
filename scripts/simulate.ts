import { readFileSync, writeFileSync } from 'node:fs';
import type { ClaimResponse, CoverageEligibilityResponse } from 'fhir/r4.js';
import { pino } from 'pino';
import { type App, startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { FhirError } from '../src/fhir/fhir-error.ts';
import { readPrefer } from '../src/http/prefer.ts';
import { read } from '../src/interactions/read.ts';
import { update } from '../src/interactions/update.ts';
import { operations } from '../src/operations/operations.ts';
import type { ClaimCase, EligibilityCase } from './simulate/case.ts';
import { runClaimCase, runEligibilityCase, type Scheme } from './simulate/claim-case.ts';
import { differences } from './simulate/differences.ts';
import type { Printed } from './simulate/set-up-resources.ts';

const bytes = (resource: object): Buffer => Buffer.from(JSON.stringify(resource));

/** The server's interactions, as HTTP would reach them. `written` gathers what was stored. */
const schemeOf = ({ deps }: App, written: Printed[]): Scheme => ({
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
});

type Case = ClaimCase | EligibilityCase;

/** How each kind of case is tried. */
const KINDS: { [Kind in Case['kind']]: (scheme: Scheme, simulated: never, number: number) => Promise<unknown> } = {
  claim: runClaimCase,
  eligibility: runEligibilityCase,
};

const run = async (scheme: Scheme, simulated: Case, number: number): Promise<unknown> => {
  const tryCase = KINDS[simulated.kind];
  if (tryCase === undefined) {
    throw new Error(`kind is ${JSON.stringify(simulated.kind)}, but must be one of ${Object.keys(KINDS).join(', ')}`);
  }
  return tryCase(scheme, simulated as never, number);
};

const readCases = (file: string): Case[] => {
  const parsed = JSON.parse(readFileSync(file, 'utf8')) as Case | { cases: Case[] };
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
    readConfig({ KIUNGO_STORE: 'sqlite::memory:', KIUNGO_PORT: '0' }),
    pino({ level: 'silent' }),
  );
  const written: Printed[] = [];
  const faults: string[] = [];
  try {
    const results: { id: string; result: unknown }[] = [];
    for (const [index, each] of cases.entries()) {
      const result = await run(schemeOf(app, written), each, index + 1).catch((error: unknown) => {
        throw new Error(`Case ${each.id}: ${wordsOf(error)}`);
      });
      results.push({ id: each.id, result });
      if (expects) faults.push(...differences(result, each.expected).map(text => `${each.id} ${text}`));
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
