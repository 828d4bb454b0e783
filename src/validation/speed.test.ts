import { expect, test } from 'vitest';
import { openimisClaimBody } from '../../bench/claim-body.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';

const folders = ['r4', 'openimis', 'kiungo'].map(name => new URL(`../../profiles/${name}`, import.meta.url).pathname);
const validator = createValidator(loadDefinitions({ folders, packages: [] }));
const required = ['https://kiungo.example/fhir/StructureDefinition/kiungo-claim'];
const texts = Array.from({ length: 50 }, (_, index) => openimisClaimBody(index));

/** The least time that parsing all texts and judging what was parsed took, of many rounds. */
function leastTimes(rounds: number): { parse: number; judge: number } {
  const least = { parse: Number.POSITIVE_INFINITY, judge: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const claims = texts.map(text => JSON.parse(text) as Resource);
    const parsed = performance.now();
    const valid = claims.filter(claim => validator.isValid(claim, required)).length;
    const judged = performance.now();
    expect(valid).toBe(texts.length);
    least.parse = Math.min(least.parse, parsed - start);
    least.judge = Math.min(least.judge, judged - parsed);
  }
  return least;
}

test('the claim of the bench is valid by R4 and both of its profiles', () => {
  expect(validator.validate(JSON.parse(texts[0]!), required)).toEqual([]);
});

test('judging a claim by its type and two profiles takes little more than half the time of parsing it', () => {
  const { parse, judge } = leastTimes(400);
  // The bench holds the figure; this notices when it is three times as much.
  expect(judge / parse).toBeLessThan(1.4);
});

test('no type takes long when it is first used', () => {
  const fresh = createValidator(loadDefinitions({ folders, packages: [] }));
  fresh.validate({ resourceType: 'Basic' }, []);
  const slow = ['Claim', 'Patient', 'Bundle', 'Questionnaire', 'StructureDefinition', 'ExplanationOfBenefit'].filter(
    resourceType => {
      const before = process.threadCpuUsage();
      fresh.validate({ resourceType }, []);
      const { user, system } = process.threadCpuUsage(before);
      return user + system > 60_000;
    },
  );
  expect(slow).toEqual([]);
});
