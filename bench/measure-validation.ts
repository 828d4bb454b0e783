import { fileURLToPath } from 'node:url';
import type { Definitions } from '../src/definitions/definitions.ts';
import { loadDefinitions } from '../src/definitions/load-definitions.ts';
import type { Resource } from '../src/fhir/resource.ts';
import { createValidator, type Validator } from '../src/validation/create-validator.ts';
import { openimisClaimBody } from './claim-body.ts';
import { fullResource } from './full-resource.ts';
import { median } from './median.ts';

const FOLDERS = ['r4', 'openimis', 'kiungo'].map(name =>
  fileURLToPath(new URL(`../profiles/${name}`, import.meta.url)),
);
const REQUIRED = ['https://kiungo.example/fhir/StructureDefinition/kiungo-claim'];
const CLAIMS = 64;
const ROUNDS = 300;
const WARM_UP = 150;

export interface ValidationFigures {
  /** Microseconds of judging the claim of the bench by R4, by the kiungo profile and by the openIMIS profile that it claims. */
  validate_claim_us: number;
  /** That, divided by the time that `JSON.parse` takes for the same text. */
  validate_claim_vs_parse: number;
  /** Milliseconds of the main thread until the first resource of a type is judged, of the slowest of all types. */
  validate_first_use_ms_max: number;
}

const load = (): Definitions => loadDefinitions({ folders: FOLDERS, packages: [] });

const threadMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** Each claim is parsed and judged at once, as the server does, so that both times are of the same moment and the same memory. */
function measureClaim(validator: Validator): { parseUs: number; validateUs: number } {
  const texts = Array.from({ length: CLAIMS }, (_none, index) => openimisClaimBody(index));
  const parse: number[] = [];
  const validate: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    let parsedMs = 0;
    let judgedMs = 0;
    for (const text of texts) {
      const start = performance.now();
      const claim = JSON.parse(text) as Resource;
      const parsed = performance.now();
      if (!validator.isValid(claim, REQUIRED)) throw new Error('The claim of the bench is not valid.');
      judgedMs += performance.now() - parsed;
      parsedMs += parsed - start;
    }
    if (round < WARM_UP) continue;
    parse.push((parsedMs * 1000) / CLAIMS);
    validate.push((judgedMs * 1000) / CLAIMS);
  }
  return { parseUs: median(parse), validateUs: median(validate) };
}

/** All types, one after the other, by a validator that has judged a resource before. */
function measureFirstUse(): number {
  const definitions = load();
  const resources = definitions.resourceTypes.map(resourceType => fullResource(resourceType, definitions));
  const validator = createValidator(load());
  validator.validate({ resourceType: 'Basic' }, []);
  const tookMs = resources.map(resource => {
    const before = threadMs();
    validator.validate(resource, []);
    return threadMs() - before;
  });
  return Math.max(...tookMs);
}

/** Measures validation in this process. Takes a few seconds. */
export function measureValidation(): ValidationFigures {
  const { parseUs, validateUs } = measureClaim(createValidator(load()));
  const firstUseMs = measureFirstUse();
  return {
    validate_claim_us: Math.round(validateUs * 10) / 10,
    validate_claim_vs_parse: Math.round((validateUs / parseUs) * 1000) / 1000,
    validate_first_use_ms_max: Math.round(firstUseMs * 10) / 10,
  };
}
