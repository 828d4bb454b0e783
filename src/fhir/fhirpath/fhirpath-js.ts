import { createRequire } from 'node:module';
import type { Model, ResourceNode } from 'fhirpath';
import { quietly } from '../quietly.ts';
import { isJsonObject, type JsonObject } from '../resource.ts';
import { contains } from './arguments.ts';
import { typeOfKey } from './element-types.ts';
import { begin, end, spend } from './evaluation.ts';
import { ExpressionError } from './expression-error.ts';
import type { Expression, ExpressionContext, Selected } from './expression-types.ts';
import { matcher, matches, replaceMatches, text } from './operations.ts';
import { parse } from './parse.ts';
import { resolveReference } from './reference-target.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { withinTime } from './within-time.ts';

type FhirpathJs = typeof import('fhirpath');
type Evaluate = (node: unknown, variables: Record<string, unknown>, options: object) => unknown[];

const require = createRequire(import.meta.url);
let library: { fhirpath: FhirpathJs; model: Model } | undefined;

// fhirpath.js with the R4 model costs 30 MB and 150 ms, so it is not loaded before an expression needs it.
function load() {
  library ??= { fhirpath: require('fhirpath'), model: require('fhirpath/fhir-context/r4') };
  return library;
}

// It does not count its steps, so its time is: a few long evaluations are enough for one resource.
const TIMEOUT_MS = 1000;
const LONG_MS = 50;
const STEPS_PER_MS = 20_000;

function timed<T>(work: () => T): T {
  spend(0);
  const started = performance.now();
  try {
    return withinTime(TIMEOUT_MS, work);
  } finally {
    const tookMs = performance.now() - started;
    if (tookMs > LONG_MS) spend(tookMs * STEPS_PER_MS);
  }
}

const TERMINOLOGY = { sct: 'http://snomed.info/sct', loinc: 'http://loinc.org', ucum: 'http://unitsofmeasure.org' };
const DEFINED = /%`(vs|ext)-([^`]+)`/g;
const FOLDER = { vs: 'ValueSet', ext: 'StructureDefinition' } as const;

/** `%vs-[name]` and `%ext-[name]` that the text mentions. https://hl7.org/fhir/R4/fhirpath.html#vars */
function definedVariables(text: string): Record<string, string> {
  const variables: Record<string, string> = { ...TERMINOLOGY };
  for (const [, kind, name] of text.matchAll(DEFINED))
    variables[`${kind}-${name}`] = `http://hl7.org/fhir/${FOLDER[kind as 'vs' | 'ext']}/${name}`;
  return variables;
}

/**
 * The expression evaluated by fhirpath.js with the R4 model: slow, but whole. `base` as in `expressionFor`.
 * @throws {ExpressionError} when the text is not FHIRPath.
 */
export function fhirpathJsExpression(expression: string, base?: string): Expression {
  const ast = parse(expression);
  refuseUnknown(ast);
  // What calls no function cannot take long.
  const isLimited = contains(ast, each => each.kind === 'call');
  const { fhirpath, model } = load();
  const constants = definedVariables(expression);
  let compiled: Evaluate;
  try {
    compiled = fhirpath.compile(base === undefined ? expression : { base, expression }, model) as Evaluate;
  } catch {
    throw new ExpressionError(`not a FHIRPath expression: ${expression}`);
  }

  const typed = (item: object): ResourceNode =>
    fhirpath.evaluate(item, '$this', undefined, model, { resolveInternalTypes: false })[0];

  function evaluate(node: unknown, context: ExpressionContext, twin: JsonObject | undefined): unknown[] {
    const variables = {
      ...constants,
      resource: context.resource,
      rootResource: context.rootResource ?? context.resource,
    };
    const options = { resolveInternalTypes: false, traceFn: () => {}, userInvocationTable: callbacks(context) };
    const root = twin === undefined ? node : withTwin(node, twin);
    begin(context.budget);
    try {
      const run = () => compiled(root, variables, options);
      return quietly(() => (isLimited ? timed(run) : run()));
    } catch {
      throw new ExpressionError(`cannot be evaluated on this element: ${expression}`);
    } finally {
      end();
    }
  }

  // a primitive with its twin can only be handed over as the child of something; an Extension gives it its type
  function withTwin(node: unknown, twin: JsonObject): unknown {
    const key = base === undefined ? undefined : `value${base[0]!.toUpperCase()}${base.slice(1)}`;
    const parent =
      key !== undefined && typeOfKey(key) === base ? { [key]: node, [`_${key}`]: twin } : { value: node, _value: twin };
    const path = 'value' in parent ? 'value' : { base: 'Extension', expression: 'value' };
    return fhirpath.evaluate(parent, path, undefined, model, { resolveInternalTypes: false })[0];
  }

  function callbacks(context: ExpressionContext) {
    const nodes = (items: ResourceNode[]) => items.map(item => item?.data ?? item);
    const matching = (whole: boolean) => ({
      internalStructures: true,
      arity: { 1: ['String'] },
      fn: (items: ResourceNode[], source: string) =>
        nodes(items).flatMap(each => matches(text(each), matcher(whole, source)) ?? []),
    });
    const single = (answer: boolean | undefined) => (answer === undefined ? [] : [answer]);
    return {
      resolve: {
        internalStructures: true,
        arity: { 0: [] },
        fn: (items: ResourceNode[]) =>
          nodes(items).flatMap(item => {
            const target = resolveReference(item, context);
            return target === undefined ? [] : [typed(target)];
          }),
      },
      memberOf: {
        internalStructures: true,
        arity: { 1: ['String'] },
        fn: (items: ResourceNode[], valueSet: string) =>
          items.length === 1 ? single(context.memberOf?.(nodes(items)[0], valueSet)) : [],
      },
      conformsTo: {
        internalStructures: true,
        arity: { 1: ['String'] },
        fn: (items: ResourceNode[], profile: string) =>
          items.length === 1 ? single(context.conformsTo?.(nodes(items)[0], profile)) : [],
      },
      matches: matching(false),
      matchesFull: matching(true),
      replaceMatches: {
        internalStructures: true,
        arity: { 2: ['String', 'String'] },
        fn: (items: ResourceNode[], source: string, by: string) =>
          nodes(items).flatMap(each => replaceMatches(text(each) ?? '', source, by)),
      },
      htmlChecks: {
        internalStructures: true,
        arity: { 0: [] },
        fn: (items: ResourceNode[]) =>
          nodes(items).map(div => (typeof div === 'string' ? (context.htmlChecks?.(div) ?? true) : true)),
      },
    };
  }

  return {
    text: expression,
    compiled: false,
    test(node, context, twin) {
      try {
        const result = evaluate(node, context, twin);
        if (result.length === 0) return true;
        const value = fhirpath.util.valData(result[0]);
        return result.length === 1 && value !== false;
      } catch (error) {
        if (error instanceof ExpressionError) return false;
        throw error;
      }
    },
    select: (node, context, twin) =>
      evaluate(node, context, twin)
        .map(item => fhirpath.resolveInternalTypes(fhirpath.util.valData(item)))
        .filter(value => value !== null && value !== undefined),
    selectTyped(node, context, twin) {
      const items = evaluate(node, context, twin);
      const types = fhirpath.types(items);
      return items.flatMap((item, index): Selected[] => {
        const value = fhirpath.util.valData(item);
        if (value === null || value === undefined) return [];
        return [{ value: plain(value), type: plainType(types[index]!, value) }];
      });
    },
  };

  function plain(value: unknown): unknown {
    return isJsonObject(value) && Object.getPrototypeOf(value) === Object.prototype
      ? value
      : fhirpath.resolveInternalTypes(value);
  }
}

const plainType = (qualified: string, value: unknown): string | undefined => {
  const [namespace, name] = qualified.split('.') as [string, string];
  if (namespace === 'FHIR') return name;
  return typeof value === 'object' || name === 'Object' ? undefined : name[0]!.toLowerCase() + name.slice(1);
};
