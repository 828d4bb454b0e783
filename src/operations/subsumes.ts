import { refuse } from '../fhir/fhir-error.ts';
import type { JsonObject } from '../fhir/resource.ts';
import type { Deps } from '../interactions/context.ts';
import type { CodeSystemConcepts } from '../terminology/code-system-concepts.ts';
import type { Concept } from '../terminology/concept.ts';
import type { Operation, OperationRequest } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';
import { askedCodings, codeSystemOf, loadedCodeSystem } from './terminology-input.ts';

const DECLARED = {
  codeA: 'text',
  codeB: 'text',
  system: 'text',
  version: 'text',
  codingA: 'Coding',
  codingB: 'Coding',
} as const;

type Outcome = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed';

/** Only where the levels of a hierarchy mean "is a": a part is no kind of the whole. */
const outcomeOf = (a: Concept, b: Concept, { definition, descendants }: CodeSystemConcepts): Outcome => {
  if (a.code === b.code) return 'equivalent';
  if ((definition.hierarchyMeaning ?? 'is-a') !== 'is-a') return 'not-subsumed';
  if (descendants(a.code).has(b.code)) return 'subsumes';
  return descendants(b.code).has(a.code) ? 'subsumed-by' : 'not-subsumed';
};

const asked = (code: string | undefined, coding: JsonObject | undefined, system: string | undefined) =>
  askedCodings({ code, coding, display: undefined, codeableConcept: undefined }, system)[0]!;

const codeSystemFor = async (
  deps: Deps,
  request: OperationRequest,
  system: string | undefined,
  version: string | undefined,
): Promise<CodeSystemConcepts> => {
  const instance = await codeSystemOf(deps, request, { url: undefined, version, sent: undefined });
  if (instance !== undefined) return instance;
  if (system === undefined) throw refuse('operation-parameter-missing', 'Name the code system by `system`.');
  const loaded = loadedCodeSystem(deps, system, version);
  if (loaded === undefined) {
    throw refuse('terminology-unknown', `Code system ${system} is not loaded here. Correct \`system\`.`);
  }
  return loaded;
};

/**
 * Says of two codes of a code system whether one is a kind of the other.
 * https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
 */
export const subsumes: Operation = {
  code: 'subsumes',
  levels: new Set(['type', 'instance']),
  affectsState: false,
  run: async (deps, request) => {
    const input = readOperationInput(request, DECLARED, deps.settings.maxDepth);
    const a = asked(input.codeA, input.codingA, input.system);
    const b = asked(input.codeB, input.codingB, input.system);
    const codeSystem = await codeSystemFor(deps, request, a.system, input.version);
    const conceptOf = ({ code, system = codeSystem.url }: { code: string; system: string | undefined }): Concept => {
      const concept = system === codeSystem.url ? codeSystem.find(code) : undefined;
      if (concept === undefined) {
        throw refuse('concept-unknown', `Code system ${codeSystem.url} has no code ${code} of ${system}.`);
      }
      return concept;
    };
    return parametersResult([{ name: 'outcome', valueCode: outcomeOf(conceptOf(a), conceptOf(b), codeSystem) }]);
  },
};
