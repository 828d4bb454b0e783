import { argument, usesIndex } from './arguments.ts';
import { ALL, type Call, type Generator, type Needs, type Operand, type Scope, type Sink, VALUES } from './code.ts';
import { eachElement, withObject } from './elements.ts';
import { eachOfType, typeArgument } from './type-tests.ts';

type Collection = (g: Generator, call: Call, scope: Scope, needs: Needs, sink: Sink) => void;

/** Runs `body` for each item of what a function is applied to, in the scope that the function's lambda argument sees. */
export function eachInScope(
  g: Generator,
  call: Call,
  scope: Scope,
  needs: Needs,
  body: (inner: Scope, item: Operand) => void,
): void {
  const counter = call.args.some(usesIndex) ? g.code.let('x', '-1') : undefined;
  g.stream(call.of, scope, { twin: true, distinct: needs.distinct || counter !== undefined }, item => {
    if (counter !== undefined) g.code.line(`${counter}++;`);
    const focus = withObject(g.code, item);
    const inner: Scope = counter === undefined ? { focus } : { focus, index: counter };
    body(scope.total === undefined ? inner : { ...inner, total: scope.total }, focus);
  });
}

/** Runs `sink` for each `Item` of an array. */
export function eachOfArray(g: Generator, array: string, sink: Sink): void {
  const item = g.code.name('a');
  g.code.loop(`for (const ${item} of ${array})`, () =>
    sink({
      value: g.code.const('e', `${item}.value`),
      twin: g.code.const('s', `${item}.twin`),
      type: g.code.const('y', `${item}.type`),
    }),
  );
}

/** Generated code that keeps an item. */
export const boxed = (item: Operand): string =>
  `new Item(${item.value}, ${item.twin ?? 'undefined'}, ${item.type ?? 'undefined'})`;

/** Runs `sink` for items between two positions, which are expressions or absent. */
function slice(
  g: Generator,
  call: Call,
  scope: Scope,
  needs: Needs,
  from: string | undefined,
  to: string | undefined,
  sink: Sink,
): void {
  const position = g.code.let('x', '-1');
  g.code.labelled(leave =>
    g.stream(call.of, scope, { ...needs, distinct: true }, item => {
      g.code.line(`${position}++;`);
      if (to !== undefined) g.code.line(`if (${position} >= ${to}) ${leave}`);
      if (from !== undefined) g.code.block(`if (${position} >= ${from})`, () => sink(item));
      else sink(item);
    }),
  );
}

const combined =
  (operation: 'intersect' | 'exclude'): Collection =>
  (g, call, scope, _needs, sink) =>
    eachOfArray(g, `${operation}(${g.array(call.of, scope)}, ${g.array(argument(call), scope)})`, sink);

const passed: Collection = (g, call, scope, needs, sink) => g.stream(call.of, scope, needs, sink);

const ofType: Collection = (g, call, scope, needs, sink) =>
  eachOfType(g, call.of, typeArgument(call), scope, needs, sink);

const below =
  (operation: 'children' | 'descendants'): Collection =>
  (g, call, scope, _needs, sink) =>
    g.stream(call.of, scope, ALL, item =>
      eachOfArray(g, `${operation}(${item.value}, ${item.twin ?? 'undefined'})`, sink),
    );

/** The parts of a string. */
const texts =
  (separator: (g: Generator, call: Call, scope: Scope) => string): Collection =>
  (g, call, scope, _needs, sink) => {
    const value = g.code.const('z', `text(${g.single(call.of, scope)})`);
    const part = g.code.name('e');
    g.code.loop(`for (const ${part} of split(${value}, ${separator(g, call, scope)}))`, () =>
      sink({ value: part, type: '"string"' }),
    );
  };

/** The functions of FHIRPath that give collections. https://hl7.org/fhirpath/N1/#functions */
export const collectionFunctions = new Map<string, Collection>([
  [
    'where',
    (g, call, scope, needs, sink) =>
      eachInScope(g, call, scope, needs, (inner, item) => {
        const holds = g.truth(argument(call), inner);
        g.code.block(`if (${holds.js} === true)`, () => sink(item));
      }),
  ],
  [
    'select',
    (g, call, scope, needs, sink) =>
      eachInScope(g, call, scope, needs, inner => g.stream(argument(call), inner, needs, sink)),
  ],
  [
    'repeat',
    (g, call, scope, _needs, sink) => {
      const found = g.code.const('q', '[]');
      const add = (item: Operand) => g.code.line(`addNew(${found}, ${boxed(item)});`);
      g.stream(call.of, scope, ALL, item => g.stream(argument(call), { focus: withObject(g.code, item) }, ALL, add));
      eachOfArray(g, found, item => g.stream(argument(call), { focus: withObject(g.code, item) }, ALL, add));
      eachOfArray(g, found, sink);
    },
  ],
  ['first', (g, call, scope, needs, sink) => slice(g, call, scope, needs, undefined, '1', sink)],
  ['tail', (g, call, scope, needs, sink) => slice(g, call, scope, needs, '1', undefined, sink)],
  [
    'skip',
    (g, call, scope, needs, sink) =>
      slice(
        g,
        call,
        scope,
        needs,
        g.code.const('z', `integer(${g.single(argument(call), scope)}) ?? 0`),
        undefined,
        sink,
      ),
  ],
  [
    'take',
    (g, call, scope, needs, sink) =>
      slice(
        g,
        call,
        scope,
        needs,
        undefined,
        g.code.const('z', `integer(${g.single(argument(call), scope)}) ?? 0`),
        sink,
      ),
  ],
  ['last', (g, call, scope, _needs, sink) => eachOfArray(g, `${g.array(call.of, scope)}.slice(-1)`, sink)],
  [
    'single',
    (g, call, scope, _needs, sink) => {
      const items = g.array(call.of, scope);
      g.code.line(`if (${items}.length > 1) fail();`);
      eachOfArray(g, items, sink);
    },
  ],
  [
    'distinct',
    (g, call, scope, needs, sink) =>
      needs.distinct
        ? eachOfArray(g, `distinct(${g.array(call.of, scope)})`, sink)
        : g.stream(call.of, scope, needs, sink),
  ],
  ['intersect', combined('intersect')],
  ['exclude', combined('exclude')],
  [
    'union',
    (g, call, scope, needs, sink) =>
      g.stream(
        { kind: 'binary', operator: '|', left: call.of ?? { kind: 'variable', name: '$this' }, right: argument(call) },
        scope,
        needs,
        sink,
      ),
  ],
  [
    'combine',
    (g, call, scope, _needs, sink) =>
      eachOfArray(g, `${g.array(call.of, scope)}.concat(${g.array(argument(call), scope)})`, sink),
  ],
  ['split', texts((g, call, scope) => g.code.const('z', `text(${g.single(argument(call), scope)})`))],
  ['toChars', texts(() => "''")],
  ['children', below('children')],
  ['descendants', below('descendants')],
  [
    'extension',
    (g, call, scope, needs, sink) => {
      const url = g.single(argument(call), scope);
      g.stream(call.of, scope, { ...needs, twin: true }, item =>
        eachElement(g.code, item, 'extension', VALUES, extension =>
          g.code.block(`if (${extension.value} !== null && ${extension.value}.url === ${url})`, () =>
            sink({ ...extension, type: '"Extension"' }),
          ),
        ),
      );
    },
  ],
  ['ofType', ofType],
  ['as', ofType],
  ['trace', passed],
  [
    'resolve',
    (g, call, scope, needs, sink) =>
      g.stream(call.of, scope, needs, item => {
        const target = g.code.const('e', `resolve(${item.value}, ctx)`);
        g.code.block(`if (${target} !== undefined)`, () => sink({ value: target, object: target }));
      }),
  ],
  [
    'iif',
    (g, call, scope, needs, sink) => {
      const [condition, yes, no] = [argument(call), argument(call, 1), call.args[2]];
      const inner: Scope = call.of === undefined ? scope : { focus: { array: g.array(call.of, scope) } };
      const holds = g.truth(condition, inner);
      g.code.block(`if (${holds.js} === true)`, () => g.stream(yes, inner, needs, sink));
      if (no !== undefined) g.code.block('else', () => g.stream(no, inner, needs, sink));
    },
  ],
  [
    'getValue',
    (g, call, scope, _needs, sink) => {
      const value = g.single(call.of, scope);
      g.code.block(`if (${value} !== undefined && ${value} !== null && typeof ${value} !== 'object')`, () =>
        sink({ value }),
      );
    },
  ],
]);
