import type { Code, Needs, Operand, Sink } from './code.ts';
import { choicesOf, isSubtype } from './element-types.ts';

const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));
const PLAIN_NAME = /^[A-Za-z]\w*$/;

function property(object: string, name: string): string {
  if (INHERITED.has(name)) return `(Object.hasOwn(${object}, '${name}') ? ${object}['${name}'] : undefined)`;
  return PLAIN_NAME.test(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`;
}

// `_name` is the twin of the element `name`, not an element
const isElement = (name: string): boolean => !name.startsWith('_');

/** Gives an item a variable for reading its elements, so that several reads share it. */
export function withObject(code: Code, item: Operand): Operand & { object: string } {
  const { value, object, twin } = item;
  if (object !== undefined) return { ...item, object };
  return {
    ...item,
    object: code.const(
      'o',
      `typeof ${value} === 'object' && ${value} !== null ? ${value} : ${twin === undefined ? 'NOTHING' : `${twin} ?? NOTHING`}`,
    ),
  };
}

/** Names of variables: the JSON of an element and of its twin as they stand, and the type of a choice. */
interface Read {
  json: string;
  twins: string;
  type?: string;
}

function read(code: Code, from: Operand, name: string): Read {
  const { object } = withObject(code, from);
  const choices = choicesOf(name);
  if (choices === undefined)
    return { json: code.const('v', property(object, name)), twins: code.const('t', property(object, `_${name}`)) };
  const json = code.let('v', property(object, name));
  const twins = code.let('t', property(object, `_${name}`));
  const type = code.let('y', 'undefined');
  code.block(`if (${json} === undefined && ${twins} === undefined)`, () => {
    const choice = code.const('c', `chosen(${object}, ${code.constant(choices)})`);
    code.block(`if (${choice} !== undefined)`, () =>
      code.line(`${json} = ${object}[${choice}.key]; ${twins} = ${object}[${choice}.twin]; ${type} = ${choice}.type;`),
    );
  });
  return { json, twins, type };
}

/** Whether an item has an element of a name, as a boolean expression. */
export function hasElement(code: Code, from: Operand, name: string): string {
  if (!isElement(name)) return 'false';
  const { json, twins } = read(code, from, name);
  const present = (variable: string) =>
    `${variable} !== undefined && (typeof ${variable} !== 'object' || occupied(${variable}))`;
  return `(${present(json)} || ${present(twins)})`;
}

/** Statements that run `sink`'s statements for each element of a name: a loop over values and twins alike. */
export function eachElement(code: Code, from: Operand, name: string, needs: Needs, sink: Sink): void {
  if (isElement(name)) eachRead(code, read(code, from, name), needs, sink);
}

/**
 * The same for those forms of a choice element that are of a type. False when the element is no choice with just one such form: then
 * nothing is generated.
 */
export function eachChoice(code: Code, from: Operand, name: string, type: string, needs: Needs, sink: Sink): boolean {
  const forms = new Set([...(choicesOf(name)?.values() ?? [])].filter(choice => isSubtype(choice.type, type)));
  const [form] = forms;
  if (form === undefined || forms.size > 1) return false;
  const { object } = withObject(code, from);
  // an element of that plain name is not the choice, and of a type that is not told
  code.line(`if (${property(object, name)} !== undefined) throw UNDECIDED;`);
  const json = code.const('v', property(object, form.key));
  const twins = code.const('t', property(object, form.twin));
  eachRead(code, { json, twins, type: JSON.stringify(form.type) }, needs, sink);
  return true;
}

function eachRead(code: Code, { json, twins, type }: Read, needs: Needs, sink: Sink): void {
  const many = code.const('m', `Array.isArray(${json})`);
  const twinned = code.const('w', `${twins} !== undefined && Array.isArray(${twins})`);
  const length = code.const(
    'l',
    `${json} === undefined || ${json} === null ? (${twins} === undefined ? 0 : ${twinned} ? ${twins}.length : 1) : ` +
      `${many} ? (${twinned} && ${twins}.length > ${json}.length ? ${twins}.length : ${json}.length) : 1`,
  );
  const index = code.name('i');
  code.loop(`for (let ${index} = 0; ${index} < ${length}; ${index}++)`, () => {
    const value = code.let('e', `${many} ? ${json}[${index}] : ${json}`);
    const item: Operand = { value };
    if (type !== undefined) item.type = type;
    const twin = `${twins} === undefined ? undefined : ${twinned} ? (${twins}[${index}] ?? undefined) : ${twins}`;
    if (needs.twin) item.twin = code.const('s', twin);
    code.block(`if (${value} === undefined || ${value} === null)`, () => {
      code.line(`if ((${item.twin ?? twin}) === undefined) continue;`);
      code.line(`${value} = null;`);
    });
    sink(item);
  });
}
