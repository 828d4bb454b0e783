import type { ElementDefinition } from '../definitions/definitions.ts';
import { type Expression, ExpressionError, expressionFor } from '../fhir/fhirpath/expression.ts';
import { isJsonObject } from '../fhir/resource.ts';
import { isPeriodInOrder } from './period.ts';
import type { InvariantPlan } from './plan.ts';

type Constraint = NonNullable<ElementDefinition['constraint']>[number];

/** Invariants that the generated code and the native rules judge anyway. */
const judgedElsewhere = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'ref-1', 'txt-1', 'txt-2']);

const isBestPractice = (constraint: Constraint) =>
  constraint.extension?.some(
    ({ url, valueBoolean }) =>
      url === 'http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice' && valueBoolean === true,
  ) === true;

const fromR4 = (constraint: Constraint) =>
  constraint.source === undefined || constraint.source.startsWith('http://hl7.org/fhir/StructureDefinition/');

/** What the FHIRPath of a constraint says, as code of ours, where its evaluation would be wrong or slow. */
const native = new Map<string, InvariantPlan['holds']>([
  // Comparing dates of unequal precision has no answer in FHIRPath; the specification's text takes such periods for right.
  ['start.hasValue().not() or end.hasValue().not() or (start <= end)', isPeriodInOrder],
  [
    'code.empty() or system.exists()',
    value => !isJsonObject(value) || value.code === undefined || value.system !== undefined,
  ],
  // A contained resource is told of in the narrative of the one around it.
  [
    'text.`div`.exists()',
    (value, { resource, rootResource }) =>
      resource !== rootResource || !isJsonObject(value) || value.text !== undefined,
  ],
]);

function planOf(constraint: Constraint, base: string): InvariantPlan | undefined {
  const { key, expression } = constraint;
  if (expression === undefined) return undefined;
  if (judgedElsewhere.has(key) && fromR4(constraint)) return undefined;
  const text = constraint.human ?? expression;
  const severity = isBestPractice(constraint) ? 'advice' : constraint.severity;
  const ours = native.get(expression);
  if (ours !== undefined) return { key, severity, text, isReadable: () => true, holds: ours };
  let read: { compiled: Expression | undefined } | undefined;
  const compiled = (): Expression | undefined => {
    read ??= { compiled: readExpression(expression, base) };
    return read.compiled;
  };
  return {
    key,
    severity,
    text,
    isReadable: () => compiled() !== undefined,
    holds: (value, scope, twin) =>
      compiled()?.test(value ?? null, scope, isJsonObject(twin) ? twin : undefined) ?? true,
  };
}

function readExpression(text: string, base: string): Expression | undefined {
  try {
    return expressionFor(text, base);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** The invariants of an element, less those whose expression `known` holds already. `base` is the path of the elements they judge. */
export function invariantPlans(
  definition: ElementDefinition,
  base: string,
  known?: ElementDefinition,
): InvariantPlan[] {
  const expressions = new Set(known?.constraint?.map(({ expression }) => expression));
  return (definition.constraint ?? []).flatMap(constraint => {
    const plan = expressions.has(constraint.expression) ? undefined : planOf(constraint, base);
    return plan === undefined ? [] : [plan];
  });
}
