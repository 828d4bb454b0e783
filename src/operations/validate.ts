import { refuse } from '../fhir/fhir-error.ts';
import { type Issue, MOST_ISSUES } from '../fhir/issue.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import type { Deps, InteractionResult } from '../interactions/context.ts';
import { meantId } from '../interactions/find-targets.ts';
import { dialectOf, isChange, normalize, takenAsSent } from '../interactions/normalize.ts';
import { read } from '../interactions/read.ts';
import { type JudgedInput, LARGE } from '../interactions/validation-processes.ts';
import { createJudgements, otherType, readInput } from './judgements.ts';
import type { Operation, OperationRequest } from './operation.ts';
import { tooLargeToStore, tryCreate, tryDelete, tryUpdate } from './try-write.ts';

/** Bytes of a body that is read between other requests to be normalised. */
const MOST_NORMALIZED = 1024 * 1024;

const judgementsOf = ({ definitions, validator, capability, settings }: Deps) =>
  createJudgements({
    definitions,
    validator,
    requiredProfile: resourceType => capability.types.get(resourceType)?.profile,
    maxDepth: settings.maxDepth,
  });

/** Has a resource judged: here or, where it is large, by another process. */
const explain = async (deps: Deps, asked: { text: string; profiles: readonly string[] }): Promise<readonly Issue[]> =>
  asked.text.length < LARGE ? judgementsOf(deps).explain(asked) : deps.validationProcesses.run('explain', asked);

const judgeInput = async (deps: Deps, { resourceType, parameters, body }: OperationRequest): Promise<JudgedInput> => {
  const input = { parameters, body, ...(resourceType === undefined ? {} : { resourceType }) };
  return body.length < LARGE ? judgementsOf(deps).judgeInput(input) : deps.validationProcesses.run('judgeInput', input);
};

/** What was judged, as it was rewritten first. */
interface JudgedNormalized extends JudgedInput {
  /** The id that an update means. */
  id?: string;
  /** Number of changes. */
  normalized?: number;
}

/** As `judgeInput`, of the resource as a write would rewrite it first. */
const judgeNormalized = async (deps: Deps, request: OperationRequest): Promise<JudgedNormalized> => {
  if (request.body.length > MOST_NORMALIZED) {
    const { issues, ...input } = await judgeInput(deps, request);
    return { ...input, issues: issues && [...issues, takenAsSent('The body is too large to be normalised.')] };
  }
  const { mode, profiles, parsed: sent } = readInput(request, deps.settings.maxDepth);
  if (sent === undefined || mode === 'delete') return { mode, profiles, issues: undefined };
  const { resourceType, id: ownId } = sent.resource;
  const given = mode === 'update' ? (request.id ?? ownId) : undefined;
  const id = typeof given === 'string' ? await meantId(deps, resourceType, given) : undefined;
  const { parsed, changes } = await normalize(deps, sent, id);
  const judged = await explain(deps, { text: parsed.text, profiles });
  const issues = [...otherType(request.resourceType, parsed.resource), ...judged, ...changes];
  return {
    mode,
    profiles,
    issues,
    parsed,
    normalized: changes.filter(isChange).length,
    ...(id === undefined ? {} : { id }),
  };
};

/** Judges the stored resource, which is what is meant where none was given. @throws {FhirError} 400 where it is not named, 404, 410 */
const judgeStored = async (
  deps: Deps,
  { resourceType, id }: OperationRequest,
  { mode, profiles }: JudgedInput,
): Promise<{ issues: readonly Issue[]; parsed: ParsedResource | undefined }> => {
  if (resourceType === undefined || id === undefined) {
    throw refuse(
      'operation-parameter-missing',
      'Send the resource to validate as the body, or in Parameters as the parameter `resource`.',
    );
  }
  const { body = '' } = await read(deps, resourceType, id);
  const issues = await explain(deps, { text: body, profiles });
  return { issues, parsed: mode === undefined ? undefined : parseStored(body) };
};

/** The resource of a request that another process has read and judged; undefined where it is too large to be stored anyway. */
const readAgain = ({ settings }: Deps, request: OperationRequest): ParsedResource | undefined =>
  request.body.length > settings.maxResourceBytes ? undefined : readInput(request, settings.maxDepth).parsed;

const tryMode = async (
  deps: Deps,
  request: OperationRequest,
  mode: JudgedInput['mode'],
  given: ParsedResource | undefined,
): Promise<readonly Issue[]> => {
  if (mode !== 'create' && mode !== 'update') return [];
  const parsed = given ?? readAgain(deps, request);
  if (parsed === undefined || Buffer.byteLength(parsed.text) > deps.settings.maxResourceBytes) {
    return tooLargeToStore().issues;
  }
  return mode === 'create' ? tryCreate(deps, parsed) : tryUpdate(deps, parsed, request.id);
};

const SEVERITIES = ['error', 'warning', 'information'];

/** Each issue once, errors first, and at the end what the resource was judged by. */
const outcomeOf = (issues: readonly Issue[]): InteractionResult => {
  const told = new Map(issues.map(issue => [`${issue.rule} ${issue.expression} ${issue.diagnostics}`, issue]));
  const rank = ({ severity, rule }: Issue): number =>
    rule === 'profiles-applied' ? SEVERITIES.length : SEVERITIES.indexOf(severity);
  const sorted = [...told.values()].sort((a, b) => rank(a) - rank(b));
  const shown = [...sorted.slice(0, MOST_ISSUES), ...sorted.slice(MOST_ISSUES).slice(-1)];
  return { status: 200, body: JSON.stringify(operationOutcome(shown)) };
};

/**
 * Tells everything that is wrong with a resource, and what it was judged by; with mode create, update or delete also all that the
 * interaction would be refused for. Stores nothing. Without a resource the stored one is judged.
 * https://hl7.org/fhir/R4/resource-operation-validate.html
 */
export const validate: Operation = {
  code: 'validate',
  levels: new Set(['system', 'type', 'instance']),
  affectsState: false,
  takesBundle: true,
  run: async (deps, request) => {
    const isNormalized = request.body.length > 0 && dialectOf(request.prefer, deps) !== undefined;
    const input: JudgedNormalized = await (isNormalized ? judgeNormalized : judgeInput)(deps, request);
    const { mode, id, normalized } = input;
    if (mode === 'delete') {
      const { resourceType, id: pathId } = request;
      if (resourceType !== undefined && pathId !== undefined) {
        return outcomeOf(await tryDelete(deps, { resourceType, id: pathId }));
      }
      throw refuse(
        'operation-parameter-invalid',
        'With mode delete, call $validate on the resource: /Type/id/$validate.',
      );
    }
    const { issues, parsed } =
      input.issues === undefined
        ? await judgeStored(deps, request, input)
        : { issues: input.issues, parsed: input.parsed };
    const meant = id === undefined ? request : { ...request, id };
    const outcome = outcomeOf([...issues, ...(await tryMode(deps, meant, mode, parsed))]);
    return normalized === undefined ? outcome : { ...outcome, normalized };
  },
};
