import { argument } from './arguments.ts';
import { ALL, type Call, type Generator, type Scope, VALUES } from './code.ts';
import { eachInScope } from './collections.ts';

/** Writes statements and returns the value as an expression without side effects, undefined for empty; `type` is its FHIR type. */
interface ScalarFunction {
  type?: string;
  write(g: Generator, call: Call, scope: Scope): string;
}

const input = (g: Generator, call: Call, scope: Scope): string =>
  g.code.const('z', `text(${g.single(call.of, scope)})`);

/** A function of a string. `js` gets the names of the string and of the arguments, none of which is then undefined. */
const ofText = (
  type: string,
  kinds: ('text' | 'integer')[],
  js: (value: string, ...args: string[]) => string,
): ScalarFunction => ({
  type,
  write(g, call, scope) {
    const value = input(g, call, scope);
    const args = kinds.map((kind, index) => g.code.const('z', `${kind}(${g.single(argument(call, index), scope)})`));
    const empty = [value, ...args].map(each => `${each} === undefined`).join(' || ');
    return g.code.const('r', `${empty} ? undefined : ${js(value, ...args)}`);
  },
});

const conversion = (type: string, name: string): ScalarFunction => ({
  type,
  write: (g, call, scope) => g.code.const('r', `${name}(${g.single(call.of, scope)})`),
});

const clock = (type: string, name: string): ScalarFunction => ({
  type,
  write: g => g.code.const('r', `clock('${name}', ctx)`),
});

/** A function of a number, and of the argument where there is one. */
const ofNumber = (method: string, type?: string): ScalarFunction => ({
  ...(type === undefined ? {} : { type }),
  write(g, call, scope) {
    const value = g.single(call.of, scope);
    const other = call.args[0] === undefined ? '0' : g.single(call.args[0], scope);
    return g.code.const('r', `ofNumber(Math.${method}, ${value}, ${other})`);
  },
});

/** The functions of FHIRPath that give one value that is not a Boolean. https://hl7.org/fhirpath/N1/#functions */
export const scalarFunctions = new Map<string, ScalarFunction>([
  [
    'count',
    {
      type: 'integer',
      write(g, call, scope) {
        const count = g.code.let('n', '0');
        if (call.of?.kind === 'call' && call.of.name === 'children')
          g.stream(call.of.of, scope, ALL, ({ value, twin }) =>
            g.code.line(`${count} += countChildren(${value}, ${twin ?? 'undefined'});`),
          );
        else g.stream(call.of, scope, VALUES, () => g.code.line(`${count}++;`));
        return count;
      },
    },
  ],
  ['length', ofText('integer', [], value => `${value}.length`)],
  ['upper', ofText('string', [], value => `${value}.toUpperCase()`)],
  ['lower', ofText('string', [], value => `${value}.toLowerCase()`)],
  ['trim', ofText('string', [], value => `${value}.trim()`)],
  ['indexOf', ofText('integer', ['text'], (value, other) => `${value}.indexOf(${other})`)],
  ['replace', ofText('string', ['text', 'text'], (value, from, to) => `replaced(${value}, ${from}, ${to})`)],
  [
    'replaceMatches',
    ofText('string', ['text', 'text'], (value, source, to) => `replaceMatches(${value}, ${source}, ${to})`),
  ],
  [
    'substring',
    {
      type: 'string',
      write(g, call, scope) {
        const value = input(g, call, scope);
        const [start, length] = [0, 1].map(index =>
          call.args[index] === undefined ? 'undefined' : `integer(${g.single(call.args[index], scope)})`,
        );
        return g.code.const('r', `substring(${value}, ${start}, ${length})`);
      },
    },
  ],
  [
    'join',
    {
      type: 'string',
      write(g, call, scope) {
        const between = call.args[0] === undefined ? "''" : `text(${g.single(call.args[0], scope)})`;
        return g.code.const('r', `join(${g.values(call.of, scope)}, ${between})`);
      },
    },
  ],
  [
    'aggregate',
    {
      write(g, call, scope) {
        const total = g.code.let('z', call.args[1] === undefined ? 'undefined' : g.single(call.args[1], scope));
        eachInScope(g, call, { ...scope, total }, VALUES, inner =>
          g.code.line(`${total} = ${g.single(argument(call), inner)};`),
        );
        return total;
      },
    },
  ],
  ['abs', ofNumber('abs')],
  ['ceiling', ofNumber('ceil', 'integer')],
  ['floor', ofNumber('floor', 'integer')],
  ['truncate', ofNumber('trunc', 'integer')],
  ['sqrt', ofNumber('sqrt', 'decimal')],
  ['power', ofNumber('pow')],
  ['toString', conversion('string', 'toText')],
  ['toInteger', conversion('integer', 'toInteger')],
  ['toDecimal', conversion('decimal', 'toDecimal')],
  ['toDate', conversion('date', 'toDate')],
  ['toDateTime', conversion('dateTime', 'toDateTime')],
  ['toTime', conversion('time', 'toTime')],
  ['now', clock('dateTime', 'now')],
  ['today', clock('date', 'today')],
  ['timeOfDay', clock('time', 'timeOfDay')],
]);
