import { createRequire } from 'node:module';
import type { Model, ResourceNode } from 'fhirpath';
import { quietly } from '../quietly.ts';
import { isJsonObject, type JsonObject } from '../resource.ts';
import { typeOfKey } from './element-types.ts';
import { ExpressionError } from './expression-error.ts';
import type { Expression, ExpressionContext, Selected } from './expression-types.ts';
import { resolveReference } from './reference-target.ts';

type FhirpathJs = typeof import('fhirpath');
type Evaluate = (node: unknown, variables: Record<string, unknown>, options: object) => unknown[];

const require = createRequire(import.meta.url);
let library: { fhirpath: FhirpathJs; model: Model } | undefined;

// fhirpath.js with the R4 model costs 30 MB and 150 ms, so it is not loaded before an expression needs it.
function load() {
  library ??= { fhirpath: require('fhirpath'), model: require('fhirpath/fhir-context/r4') };
  return library;
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
export function fhirpathJsExpression(text: string, base?: string): Expression {
  const { fhirpath, model } = load();
  const constants = definedVariables(text);
  let compiled: Evaluate;
  try {
    compiled = fhirpath.compile(base === undefined ? text : { base, expression: text }, model) as Evaluate;
  } catch {
    throw new ExpressionError(`not a FHIRPath expression: ${text}`);
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
    try {
      return quietly(() => compiled(root, variables, options));
    } catch {
      throw new ExpressionError(`cannot be evaluated on this element: ${text}`);
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
      htmlChecks: {
        internalStructures: true,
        arity: { 0: [] },
        fn: (items: ResourceNode[]) =>
          nodes(items).map(div => (typeof div === 'string' ? (context.htmlChecks?.(div) ?? true) : true)),
      },
    };
  }

  return {
    text,
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
