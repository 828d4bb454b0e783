import { argument, contains } from './arguments.ts';
import type { Ast } from './ast.ts';
import type { Call, Generator, Needs, Operand, Scope, Sink } from './code.ts';
import { isDataType } from './element-types.ts';
import { eachChoice } from './elements.ts';
import { Unsupported } from './unsupported.ts';

/** The type that an argument of `is()`, `as()` or `ofType()` names. */
export function typeArgument(call: Call): string {
  const name = (ast: Ast): string => {
    if (ast.kind !== 'member') throw new Unsupported(`type of ${call.name}()`);
    return ast.of === undefined ? ast.name : `${name(ast.of)}.${ast.name}`;
  };
  return name(argument(call));
}

const SYSTEM_TYPES = new Set(['Boolean', 'String', 'Integer', 'Decimal', 'Date', 'DateTime', 'Time']);

/** The FHIR type that a type specifier means; `Boolean` is taken as `boolean`, as FHIR's own invariants use it. */
function fhirType(specifier: string): string {
  const name = specifier.replace(/^FHIR\./, '');
  if (name.includes('.')) throw new Unsupported(`type ${specifier}`);
  return SYSTEM_TYPES.has(name) ? name[0]!.toLowerCase() + name.slice(1) : name;
}

const UNTYPED = new Set(['children', 'descendants', 'repeat']);

/** Whether an item is of a type, as a boolean expression. `operand` is where it comes from. */
export function isOfType(item: Operand, specifier: string, operand: Ast | undefined): string {
  const type = fhirType(specifier);
  if (!isDataType(type)) return `isResource(${item.value}, ${JSON.stringify(type)})`;
  if (contains(operand, ast => ast.kind === 'call' && UNTYPED.has(ast.name)))
    throw new Unsupported('types of descendants');
  return `isOfType(${item.value}, ${item.type ?? 'undefined'}, ${JSON.stringify(type)})`;
}

/** Runs `sink` for the items of a collection that are of a type. */
export function eachOfType(
  g: Generator,
  of: Ast | undefined,
  specifier: string,
  scope: Scope,
  needs: Needs,
  sink: Sink,
): void {
  const type = fhirType(specifier);
  if (of?.kind === 'member' && isDataType(type) && !/^[A-Z]/.test(of.name)) {
    const before = g.code.lines.length;
    let done = true;
    g.stream(of.of, scope, { ...needs, twin: false }, parent => {
      done = eachChoice(g.code, parent, of.name, type, needs, sink);
    });
    if (done) return;
    g.code.lines.length = before;
  }
  g.stream(of, scope, needs, item => g.code.block(`if (${isOfType(item, specifier, of)})`, () => sink(item)));
}
