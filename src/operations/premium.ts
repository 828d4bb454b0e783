import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Resource } from '../fhir/resource.ts';
import { contractPremium, premiumLookups } from '../insurance/contract-premium.ts';
import { lookUp } from '../interactions/look-up.ts';
import { read } from '../interactions/read.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/**
 * Tells what is due for a contract and why, line by line, what was paid and how that leaves the policy today, or on the day that
 * `today` says. https://hl7.org/fhir/R4/contract.html
 */
export const premium: Operation = {
  code: 'premium',
  levels: new Set(['instance']),
  affectsState: false,
  run: async (deps, request) => {
    const { today } = readOperationInput(request, { today: 'text' }, deps.settings.maxDepth);
    if (today !== undefined && !DAY.test(today)) {
      throw refuse('operation-parameter-invalid', 'The parameter today must be a day, like 2026-06-30.');
    }
    const contract = JSON.parse((await read(deps, request.resourceType!, request.id!)).body!) as Resource;
    const { found } = await lookUp(deps, () => premiumLookups(contract));
    const day = today === undefined ? {} : { today };
    const told = contractPremium(contract, { ...deps.settings, found, now: deps.now(), ...day });
    if ('issues' in told) throw new FhirError(422, told.issues);
    return parametersResult(told.parameters);
  },
};
