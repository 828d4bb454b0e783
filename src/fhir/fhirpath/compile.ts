import type { JsonObject } from '../resource.ts';
import { isDataType } from './element-types.ts';
import * as equality from './equality.ts';
import { begin, end, UNEVALUABLE } from './evaluation.ts';
import { ExpressionError } from './expression-error.ts';
import type { Expression, ExpressionContext, Selected } from './expression-types.ts';
import { fhirpathJsExpression } from './fhirpath-js.ts';
import { generate, type Purpose } from './generate.ts';
import * as operations from './operations.ts';
import { parse } from './parse.ts';
import { toDate, toDateTime, toTime } from './temporal.ts';
import { Unsupported } from './unsupported.ts';

type Evaluate<Result> = (node: unknown, twin: JsonObject | undefined, context: ExpressionContext) => Result;

const library = { ...operations, ...equality, toDate, toDateTime, toTime };
const names = Object.keys(library);
const implementations = Object.values(library);

const undecided = (): never => {
  throw operations.UNDECIDED;
};

/**
 * The expression as generated JavaScript; undefined where it uses what only fhirpath.js can evaluate. What turns out undecidable on
 * some node (units to convert, a type that JSON does not tell) is left to fhirpath.js for that node. `base` as in `expressionFor`.
 * @throws {ExpressionError} when the text is not FHIRPath.
 */
export function compileExpression(text: string, base?: string): Expression | undefined {
  const ast = parse(text);
  const type = base !== undefined && isDataType(base) ? base : undefined;
  const attempt = (purpose: Purpose) => {
    try {
      return generate(ast, purpose, type);
    } catch (error) {
      if (error instanceof Unsupported) return undefined;
      throw error;
    }
  };
  // every purpose asks the same of the generator, so that one tells for all, but for the length of the code
  let forTest = attempt('test');
  if (forTest === undefined) return undefined;

  function lazily<Result>(purpose: Purpose): Evaluate<Result> {
    let evaluate: Evaluate<Result> | undefined;
    return (node, twin, context) => {
      evaluate ??= build(purpose) ?? undecided;
      begin(context.budget);
      try {
        return evaluate(node, twin, context);
      } finally {
        end();
      }
    };
  }

  function build<Result>(purpose: Purpose): Evaluate<Result> | undefined {
    const generated = purpose === 'test' ? forTest : attempt(purpose);
    if (generated === undefined) return undefined;
    if (purpose === 'test') forTest = undefined;
    const { body, constants } = generated;
    // the expression's names and texts stand in the body as quoted JSON or as plain identifiers only
    const source = `"use strict"; return (function (n, t, ctx) {\n${body}\n});`;
    return new Function('K', ...names, source)(constants, ...implementations);
  }

  let slow: Expression | undefined;
  const fallback = (): Expression => (slow ??= fhirpathJsExpression(text, base));

  const test = lazily<boolean>('test');
  const select = lazily<unknown[]>('select');
  const selectTyped = lazily<Selected[]>('selectTyped');

  function testSlowly(node: unknown, context: ExpressionContext, twin: JsonObject | undefined): boolean {
    try {
      return fallback().test(node, context, twin);
    } catch (error) {
      if (error instanceof ExpressionError) return false;
      throw error;
    }
  }

  function unevaluable(error: unknown): unknown {
    return error === UNEVALUABLE ? new ExpressionError(`cannot be evaluated on this element: ${text}`) : error;
  }

  return {
    text,
    compiled: true,
    test(node, context, twin) {
      try {
        return test(node, twin, context);
      } catch (error) {
        if (error === operations.UNDECIDED) return testSlowly(node, context, twin);
        if (error === UNEVALUABLE) return false;
        throw error;
      }
    },
    select(node, context, twin) {
      try {
        return select(node, twin, context);
      } catch (error) {
        if (error === operations.UNDECIDED) return fallback().select(node, context, twin);
        throw unevaluable(error);
      }
    },
    selectTyped(node, context, twin) {
      try {
        return selectTyped(node, twin, context);
      } catch (error) {
        if (error === operations.UNDECIDED) return fallback().selectTyped(node, context, twin);
        throw unevaluable(error);
      }
    },
  };
}
