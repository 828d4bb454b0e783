import { refuse } from '../fhir/fhir-error.ts';
import type { Deps, InteractionResult } from '../interactions/context.ts';
import { type CodingJudgement, judgeInCodeSystem, judgeInValueSet } from '../terminology/judge-coding.ts';
import type { Operation, OperationRequest } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';
import { askedCodings, codeSystemOf, loadedCodeSystem, valueSetOf } from './terminology-input.ts';

const ASKED = {
  url: 'text',
  code: 'text',
  display: 'text',
  coding: 'Coding',
  codeableConcept: 'CodeableConcept',
  abstract: 'boolean',
  displayLanguage: 'text',
} as const;

/** One right coding is enough. What cannot be told is no answer. @throws {FhirError} 422 */
const answer = (judgements: readonly CodingJudgement[]): InteractionResult => {
  const right = judgements.find(({ verdict }) => verdict === 'yes');
  if (right === undefined) {
    const unknown = judgements.find(({ verdict }) => verdict === 'unknown');
    if (unknown !== undefined) throw refuse('terminology-incomplete', unknown.message!);
  }
  const message = right === undefined ? judgements.map(each => each.message).join(' ') : right.message;
  const display = (right ?? judgements[0]!).display;
  return parametersResult([
    { name: 'result', valueBoolean: right !== undefined },
    message === undefined ? undefined : { name: 'message', valueString: message },
    display === undefined ? undefined : { name: 'display', valueString: display },
  ]);
};

const inValueSet = async (deps: Deps, request: OperationRequest): Promise<InteractionResult> => {
  const declared = {
    ...ASKED,
    valueSet: 'Resource',
    valueSetVersion: 'text',
    system: 'text',
    systemVersion: 'text',
  } as const;
  const input = readOperationInput(request, declared, deps.settings.maxDepth);
  const asked = askedCodings(input, input.system);
  const codes = await valueSetOf(deps, request, {
    url: input.url,
    version: input.valueSetVersion,
    sent: input.valueSet,
  });
  const lookup = (system: string) => loadedCodeSystem(deps, system, input.systemVersion);
  return answer(asked.map(coding => judgeInValueSet(codes, coding, input, { codeSystem: lookup })));
};

const inCodeSystem = async (deps: Deps, request: OperationRequest): Promise<InteractionResult> => {
  const declared = { ...ASKED, codeSystem: 'Resource', version: 'text' } as const;
  const { codeSystem, ...input } = readOperationInput(request, declared, deps.settings.maxDepth);
  const [url, urlVersion] = input.url?.split('|', 2) ?? [];
  const version = input.version ?? urlVersion;
  const asked = askedCodings(input, url);
  const given = await codeSystemOf(deps, request, { url, version, sent: codeSystem });
  const named = given?.url ?? url;
  const lookup = (system: string) => given ?? loadedCodeSystem(deps, system, version);
  const judged = asked.map((coding): CodingJudgement => {
    const { system = named } = coding;
    if (system === undefined) {
      throw refuse('operation-parameter-missing', 'Name the code system by `url`, or send it as `codeSystem`.');
    }
    return named !== undefined && system !== named
      ? { verdict: 'no', message: `\`${coding.code}\` is given as a code of ${system}, not of ${named}.` }
      : judgeInCodeSystem({ ...coding, system }, input, { codeSystem: lookup });
  });
  return answer(judged);
};

/**
 * Says whether a code is in a value set, or is a code of a code system, and what it should be called.
 * https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 * https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
 */
export const validateCode: Operation = {
  code: 'validate-code',
  levels: new Set(['type', 'instance']),
  affectsState: false,
  run: (deps, request) =>
    request.resourceType === 'ValueSet' ? inValueSet(deps, request) : inCodeSystem(deps, request),
};
