import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { type ConditionContext, findParameter, requireIndexed } from './read-condition.ts';
import { whyNotSearchable } from './search-types.ts';

/** References that bring other resources along with those that match. https://hl7.org/fhir/R4/search.html#include */
export interface Include {
  /** Backwards: not what a resource of `source` refers to, but the resources of `source` that refer to it. */
  isReverse: boolean;
  /** Goes on from what was included. */
  isIterated: boolean;
  /** The type that has the reference. */
  source: string;
  /** Codes of reference parameters. */
  parameters: readonly string[];
  /** The type that the reference leads to; any where it is not named. */
  target?: string;
}

const NAME = /^_(rev)?include(?::(.*))?$/;

/** Whether a parameter of this name asks for other resources along with those that match. */
export const isIncludeName = (name: string): boolean => NAME.test(name);

const invalid = (text: string): FhirError => refuse('search-parameter-invalid', text);
const unknown = (text: string): FhirError => refuse('search-parameter-unknown', text);

/**
 * Reads `_include` and `_revinclude`: `Claim:patient`, `Claim:patient:Patient`, `Claim:*`, `*`; one include for each type that has
 * the references.
 * @throws {FhirError} 400 `search-parameter-unknown`, 400 `search-parameter-invalid`
 */
export function readInclude(
  name: string,
  value: string,
  resourceTypes: readonly string[],
  context: ConditionContext,
): Include[] {
  const [, reverse, modifier] = NAME.exec(name)!;
  if (modifier !== undefined && modifier !== 'iterate') {
    throw invalid(`"${name}" is not known: ":iterate" is the one modifier of includes.`);
  }
  const isReverse = reverse !== undefined;
  const isIterated = modifier === 'iterate';
  const [source = '', code = '*', target, ...more] = value.split(':');
  if (source === '' || code === '' || target === '' || more.length > 0) {
    throw invalid(`"${name}" is written "Type:parameter" or "Type:parameter:Target", as in "Claim:patient".`);
  }
  const sources = source === '*' && code === '*' ? everySource(isReverse, resourceTypes, context) : [source];
  return sources.map((type): Include => {
    if (!isReverse && !isIterated && !resourceTypes.includes(type)) {
      throw unknown(`"${name}=${value}" includes nothing: ${type} is not what is searched. Say "_include:iterate".`);
    }
    const parameters = code === '*' ? referencesOf(type, context) : [referenceParameter(type, code, target, context)];
    return { isReverse, isIterated, source: type, parameters, ...(target !== undefined && { target }) };
  });
}

const everySource = (
  isReverse: boolean,
  resourceTypes: readonly string[],
  context: ConditionContext,
): readonly string[] =>
  isReverse
    ? context.definitions.resourceTypes.filter(type => context.parametersOf(type) !== undefined)
    : resourceTypes;

const parametersOf = (
  type: string,
  { parametersOf }: ConditionContext,
): NonNullable<ReturnType<typeof parametersOf>> => {
  const parameters = parametersOf(type);
  if (parameters === undefined) throw unknown(`${type} cannot be searched on this server, so it can include nothing.`);
  return parameters;
};

const referencesOf = (type: string, context: ConditionContext): string[] =>
  [...parametersOf(type, context).values()]
    .filter(parameter => parameter.type === 'reference' && whyNotSearchable(parameter) === undefined)
    .map(({ code }) => {
      requireIndexed(code, type, context);
      return code;
    });

function referenceParameter(type: string, code: string, target: string | undefined, context: ConditionContext): string {
  parametersOf(type, context);
  const parameter = findParameter(code, type, context);
  if (parameter.type !== 'reference') {
    throw invalid(`"${code}" of ${type} is of type ${parameter.type}: only references include what they lead to.`);
  }
  if (target !== undefined && !(parameter.target as string[] | undefined)?.includes(target)) {
    throw invalid(`"${code}" of ${type} does not refer to ${target}, but to ${parameter.target?.join(', ')}.`);
  }
  return code;
}
