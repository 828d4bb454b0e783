import type { ParametersParameter } from 'fhir/r4.js';
import { dayOf } from '../fhir/datetime.ts';
import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Resource } from '../fhir/resource.ts';
import { screenClaims } from '../insurance/fraud/screen-claims.ts';
import type { Deps } from '../interactions/context.ts';
import { read } from '../interactions/read.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';
import { bringAbout, dueResources } from './turn-clock.ts';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** Most flags that are named in an answer; all are stored. */
const MOST_NAMED = 1000;

const readSince = (since: string | undefined, today: string): string => {
  if (since === undefined) return today;
  if (DAY.test(since)) return since;
  throw refuse('operation-parameter-invalid', 'The parameter since must be a day, like 2026-06-30.');
};

const answerTo = async (deps: Deps, claimId: string): Promise<Resource> =>
  parseExact((await read(deps, 'ClaimResponse', claimId)).body!) as Resource;

/**
 * Looks at claims that were answered since a day (today, where none is said), or at one claim, with the rules that look for fraud, and stores a
 * Flag for each thing that somebody should look at and that is not flagged yet. Answers with how many claims were looked at, and the new flags.
 */
export const screen: Operation = {
  code: 'screen',
  levels: new Set(['type', 'instance']),
  affectsState: true,
  run: async (deps, request) => {
    const declared = { since: 'text' } as const;
    const { since } = readOperationInput(request, request.id === undefined ? declared : {}, deps.settings.maxDepth) as {
      since?: string;
    };
    const today = dayOf(deps.now(), deps.settings.timeZone);
    const from = readSince(since, today);
    const rule = screenClaims(() => from);
    let [screened, raised] = [0, 0];
    const named: ParametersParameter[] = [];
    const look = async (answer: Resource): Promise<void> => {
      screened++;
      for (const { resourceType, id } of await bringAbout(deps, rule, answer, today)) {
        raised++;
        if (named.length < MOST_NAMED) {
          named.push({ name: 'flag', valueReference: { reference: `${resourceType}/${id}` } });
        }
      }
    };
    if (request.id !== undefined) await look(await answerTo(deps, request.id));
    else for await (const answer of dueResources(deps, rule, today)) await look(answer);
    return parametersResult([
      { name: 'screened', valueInteger: screened },
      { name: 'raised', valueInteger: raised },
      ...named,
    ]);
  },
};
