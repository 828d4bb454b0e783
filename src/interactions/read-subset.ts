import { parseExact } from '../fhir/exact-json.ts';
import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import type { JsonObject } from '../fhir/resource.ts';
import type { Deps, InteractionResult } from './context.ts';
import { type Part, rootMembers, subsetResource } from './subset-resource.ts';

type Parameters = readonly (readonly [name: string, value: string])[];

/** What a client asked for with `_summary` and `_elements`. */
export interface Subset {
  /** The text to show of a resource's text; undefined where the whole is asked for. */
  show?: (text: string) => string;
  /** The same for what a search includes: `_elements` are those of the type that is searched, and leave others whole. */
  showIncluded?: (text: string) => string;
  /** Whether only the number of resources is asked for. */
  isCount: boolean;
  /** The parameters that were applied, for the self link. */
  used: Parameters;
  /** Warnings about what was left out in lenient handling. */
  ignored: readonly Issue[];
}

/** A request that may ask for parts of resources of one type. */
export interface SubsetRequest {
  resourceType: string;
  /** More types whose resources are shown. */
  otherTypes?: readonly string[];
  parameters: Parameters;
  handling: 'strict' | 'lenient';
}

const SUMMARIES = ['true', 'text', 'data', 'count', 'false'];
const NAMES: ReadonlySet<string> = new Set(['_summary', '_elements']);
const WHOLE: Subset = { isCount: false, used: [], ignored: [] };

/** Whether a parameter says what of a resource is shown. */
export const isSubsetParameter = ([name]: readonly [name: string, value: string]): boolean => NAMES.has(name);

const invalid = (text: string): FhirError => refuse('search-parameter-invalid', text);

const readElements = (
  { definitions }: Deps,
  { resourceType, otherTypes = [] }: SubsetRequest,
  value: string,
): string[] => {
  const members = new Map([resourceType, ...otherTypes].flatMap(type => [...rootMembers(definitions, type)]));
  const names = new Set([...members.values()].map(({ element }) => element));
  const prefix = `${resourceType}.`;
  return value.split(',').map(text => {
    const name = text.startsWith(prefix) ? text.slice(prefix.length) : text;
    const element = names.has(name) ? name : members.get(name)?.element;
    if (element !== undefined) return element;
    const nearest = nearestName(name, names);
    const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
    throw invalid(
      `"_elements" takes names of elements at the root of ${resourceType}, with commas between. "${name.slice(0, 64)}" is none.${hint}`,
    );
  });
};

const readStrictly = (deps: Deps, request: SubsetRequest, canCount: boolean): Subset => {
  const { parameters } = request;
  const summaries = parameters.flatMap(([name, value]) => (name === '_summary' ? [value] : []));
  const asked = parameters.flatMap(([name, value]) => (name === '_elements' ? [value] : []));
  const [summary = 'false'] = summaries;
  if (summaries.length > 1) throw invalid('"_summary" must be given once.');
  if (!SUMMARIES.includes(summary)) throw invalid(`"_summary" must be one of ${SUMMARIES.join(', ')}.`);
  if (summary === 'count' && !canCount) {
    throw invalid('"_summary=count" is for searches and histories. For one resource take true, text, data or false.');
  }
  const elements = asked.flatMap(value => readElements(deps, request, value));
  if (summary !== 'false' && asked.length > 0) throw invalid('Give either "_summary" or "_elements", not both.');
  const part: Part | undefined =
    asked.length > 0
      ? { elements }
      : summary === 'true' || summary === 'text' || summary === 'data'
        ? { summary }
        : undefined;
  const show = (text: string): string =>
    JSON.stringify(subsetResource(deps.definitions, part!, parseExact(text) as JsonObject));
  return {
    ...(part === undefined ? {} : { show }),
    ...(part !== undefined && 'summary' in part ? { showIncluded: show } : {}),
    isCount: summary === 'count',
    used: parameters,
    ignored: [],
  };
};

/**
 * Reads `_summary` and `_elements`. What cannot be read is left out in lenient handling, with a warning.
 * @throws {FhirError} 400 `search-parameter-invalid`
 * https://hl7.org/fhir/R4/search.html#summary
 */
export const readSubset = (deps: Deps, request: SubsetRequest, canCount: boolean): Subset => {
  const parameters = request.parameters.filter(isSubsetParameter);
  if (parameters.length === 0) return WHOLE;
  try {
    return readStrictly(deps, { ...request, parameters }, canCount);
  } catch (error) {
    if (request.handling === 'strict') throw error;
    const { issues } = error as FhirError;
    return { ...WHOLE, ignored: issues.map(issue => ({ ...issue, severity: 'warning' })) };
  }
};

const OF_READ = [...NAMES, '_format', '_pretty'];

/** A client that asks for something is not left to believe that it got it. */
const refuseOthers = ({ parameters }: SubsetRequest): void => {
  const unknown = parameters.find(([name]) => !OF_READ.includes(name))?.[0];
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, OF_READ);
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  throw refuse(
    'search-parameter-unknown',
    `"${unknown.slice(0, 64)}" is no parameter of a read, which takes ${OF_READ.join(', ')}.${hint} With "Prefer: handling=lenient" it is passed over.`,
  );
};

/** What was read, or the part of it that the client asked for. @throws {FhirError} 400 `search-parameter-unknown` or `-invalid` */
export const subsetOf = (deps: Deps, request: SubsetRequest, result: InteractionResult): InteractionResult => {
  if (request.handling === 'strict') refuseOthers(request);
  const { show } = readSubset(deps, request, false);
  if (show === undefined || result.body === undefined) return result;
  const { bodyBytes: _whole, ...rest } = result;
  return { ...rest, body: show(result.body) };
};
