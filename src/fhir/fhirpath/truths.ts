import { argument } from './arguments.ts';
import type { Ast } from './ast.ts';
import { type Call, type Generator, PRESENCE, type Scope, type Truth, VALUES } from './code.ts';
import { eachInScope } from './collections.ts';
import { patternOf } from './pattern.ts';
import { isOfType, typeArgument } from './type-tests.ts';

type TruthFunction = (g: Generator, call: Call, scope: Scope) => Truth;

const definite = (js: string): Truth => ({ js, definite: true });
const perhaps = (js: string): Truth => ({ js, definite: false });

/** `not()`: what is undefined stays so. */
export const negation = ({ js, definite: sure }: Truth): Truth => ({
  js: sure ? `!${js}` : `(${js} === undefined ? undefined : !${js})`,
  definite: sure,
});

/** True when every item of a collection of booleans is (or is not) `value`; or when any is. */
const allOrAny =
  (all: boolean, value: boolean): TruthFunction =>
  (g, call, scope) => {
    const result = g.code.let('r', String(all));
    g.code.labelled(leave =>
      g.stream(call.of, scope, PRESENCE, item =>
        g.code.line(`if ((boolean(${item.value}) === ${value}) !== ${all}) { ${result} = ${!all}; ${leave} }`),
      ),
    );
    return definite(result);
  };

/** A test of a string with the string that the argument gives. */
const ofText =
  (method: 'startsWith' | 'endsWith' | 'includes'): TruthFunction =>
  (g, call, scope) => {
    const value = g.code.const('z', `text(${g.single(call.of, scope)})`);
    const other = g.code.const('z', `text(${g.single(argument(call), scope)})`);
    return perhaps(
      g.code.const('r', `${value} === undefined || ${other} === undefined ? undefined : ${value}.${method}(${other})`),
    );
  };

const matching =
  (wrap: (source: string) => string, wrapped: string): TruthFunction =>
  (g, call, scope) => {
    const value = g.code.const('z', `text(${g.single(call.of, scope)})`);
    const source = argument(call);
    const expression =
      source.kind === 'literal'
        ? g.code.constant(patternOf(wrap(String(source.value))))
        : g.code.const('p', `matcher(${wrapped}, text(${g.single(source, scope)}))`);
    return perhaps(g.code.const('r', `matches(${value}, ${expression})`));
  };

const asked =
  (callback: 'memberOf' | 'conformsTo'): TruthFunction =>
  (g, call, scope) => {
    const value = g.single(call.of, scope);
    const url = g.single(argument(call), scope);
    return perhaps(
      g.code.const(
        'r',
        `${value} === undefined || ctx.${callback} === undefined ? undefined : ctx.${callback}(${value}, ${url})`,
      ),
    );
  };

const subset =
  (reversed: boolean): TruthFunction =>
  (g, call, scope) => {
    const [a, b] = [g.values(call.of, scope), g.values(argument(call), scope)];
    return definite(g.code.const('r', reversed ? `isSubset(${b}, ${a})` : `isSubset(${a}, ${b})`));
  };

const htmlChecks: TruthFunction = (g, call, scope) => {
  const div = g.single(call.of, scope);
  return definite(
    g.code.const('r', `typeof ${div} !== 'string' || ctx.htmlChecks === undefined || ctx.htmlChecks(${div})`),
  );
};

/** `is`: the type of the only item. */
export function typeTest(g: Generator, of: Ast | undefined, type: string, scope: Scope): Truth {
  const result = g.code.let('r', 'undefined');
  g.stream(of, scope, { ...PRESENCE, distinct: true }, item =>
    g.code.line(`if (${result} !== undefined) fail(); ${result} = ${isOfType(item, type, of)};`),
  );
  return perhaps(result);
}

const converts =
  (conversion: string): TruthFunction =>
  (g, call, scope) => {
    const value = g.single(call.of, scope);
    return perhaps(g.code.const('r', `${value} === undefined ? undefined : ${conversion}(${value}) !== undefined`));
  };

/** The functions of FHIRPath that give a Boolean. https://hl7.org/fhirpath/N1/#functions */
export const truthFunctions = new Map<string, TruthFunction>([
  [
    'exists',
    (g, call, scope) => definite(g.exists(call.args[0] === undefined ? call.of : { ...call, name: 'where' }, scope)),
  ],
  ['empty', (g, call, scope) => definite(`!${g.exists(call.of, scope)}`)],
  ['not', (g, call, scope) => negation(g.truth(call.of ?? { kind: 'variable', name: '$this' }, scope))],
  [
    'all',
    (g, call, scope) => {
      const result = g.code.let('r', 'true');
      g.code.labelled(leave =>
        eachInScope(g, call, scope, PRESENCE, inner =>
          g.code.line(`if (${g.truth(argument(call), inner).js} !== true) { ${result} = false; ${leave} }`),
        ),
      );
      return definite(result);
    },
  ],
  ['allTrue', allOrAny(true, true)],
  ['allFalse', allOrAny(true, false)],
  ['anyTrue', allOrAny(false, true)],
  ['anyFalse', allOrAny(false, false)],
  ['isDistinct', (g, call, scope) => definite(g.code.const('r', `isDistinct(${g.values(call.of, scope)})`))],
  ['subsetOf', subset(false)],
  ['supersetOf', subset(true)],
  [
    'hasValue',
    (g, call, scope) => {
      const count = g.code.let('n', '0');
      const result = g.code.let('r', 'false');
      g.stream(call.of, scope, VALUES, ({ value }) =>
        g.code.line(`${count}++; ${result} = ${value} !== null && typeof ${value} !== 'object';`),
      );
      return definite(`(${count} === 1 && ${result})`);
    },
  ],
  ['startsWith', ofText('startsWith')],
  ['endsWith', ofText('endsWith')],
  ['contains', ofText('includes')],
  ['matches', matching(source => source, 'false')],
  ['matchesFull', matching(source => `^(?:${source})$`, 'true')],
  ['memberOf', asked('memberOf')],
  ['conformsTo', asked('conformsTo')],
  ['htmlChecks', htmlChecks],
  ['is', (g, call, scope) => typeTest(g, call.of, typeArgument(call), scope)],
  ['toBoolean', (g, call, scope) => perhaps(g.code.const('r', `toBoolean(${g.single(call.of, scope)})`))],
  ['convertsToBoolean', converts('toBoolean')],
  ['convertsToInteger', converts('toInteger')],
  ['convertsToDecimal', converts('toDecimal')],
  ['convertsToString', converts('toText')],
  ['convertsToDate', converts('toDate')],
  ['convertsToDateTime', converts('toDateTime')],
  ['convertsToTime', converts('toTime')],
]);
