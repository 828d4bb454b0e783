import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';
import type { Form } from './form-settings.ts';

/** Where answers are looked for, and what resources of the submission are called. */
export interface Filling {
  /** Those of the item of a repeat first. */
  answers: readonly JsonObject[];
  codes: Form['codes'];
  /** References, by the name of the resource in the form. */
  references: ReadonlyMap<string, readonly string[]>;
}

const NAMES = /"@([a-z][a-z0-9]*)"/;

const textOf = (value: Json | undefined): string | undefined => {
  const isAnswer = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isAnswer && value !== '' ? String(value) : undefined;
};

const own = (object: JsonObject, path: string): Json | undefined =>
  Object.hasOwn(object, path) ? object[path] : undefined;

const answerOf = ({ answers, codes }: Filling, path: string): string | undefined => {
  const text = answers.map(each => textOf(own(each, path))).find(each => each !== undefined);
  if (text === undefined || !Object.hasOwn(codes, path)) return text;
  return Object.hasOwn(codes[path]!, text) ? codes[path]![text] : text;
};

const numberOf = (text: string | undefined): Json | undefined =>
  text === undefined || text.trim() === '' || !Number.isFinite(Number(text)) ? text : Number(text);

interface Filled {
  value: Json | undefined;
  /** How many answers it asks for, and how many were given. */
  asked: number;
  given: number;
}

const asked = (value: Json | undefined): Filled => ({ value, asked: 1, given: value === undefined ? 0 : 1 });
const isVoid = ({ value, asked, given }: Filled): boolean => value === undefined || (asked > 0 && given === 0);

const filledAll = (parts: readonly Filled[]): Pick<Filled, 'asked' | 'given'> => ({
  asked: parts.reduce((sum, part) => sum + part.asked, 0),
  given: parts.reduce((sum, part) => sum + part.given, 0),
});

/** Once for each resource of the name that is referred to. */
const fillItem = (item: Json, filling: Filling): Filled[] => {
  const [, name] = NAMES.exec(JSON.stringify(item)) ?? [];
  if (name === undefined) return [fill(item, filling)];
  const all = filling.references.get(name) ?? [];
  return all.map(reference =>
    fill(item, { ...filling, references: new Map(filling.references).set(name, [reference]) }),
  );
};

const fillText = (text: string, filling: Filling): Filled => {
  const path = text.slice(1);
  if (text.startsWith('$')) return asked(answerOf(filling, path));
  if (text.startsWith('#')) return asked(numberOf(answerOf(filling, path)));
  if (text.startsWith('@')) return asked(filling.references.get(path)?.[0]);
  return { value: text, asked: 0, given: 0 };
};

const fill = (template: Json, filling: Filling): Filled => {
  if (typeof template === 'string') return fillText(template, filling);
  if (Array.isArray(template)) {
    const parts = template.flatMap(item => fillItem(item, filling));
    const values = parts.filter(part => !isVoid(part)).map(({ value }) => value!);
    return { value: values.length === 0 ? undefined : values, ...filledAll(parts) };
  }
  if (!isJsonObject(template)) return { value: template, asked: 0, given: 0 };
  const parts = Object.entries(template).map(([name, value]) => [name, fill(value!, filling)] as const);
  const value = Object.fromEntries(
    parts.filter(([, part]) => !isVoid(part)).map(([name, part]) => [name, part.value!]),
  );
  return { value: Object.keys(value).length === 0 ? undefined : value, ...filledAll(parts.map(([, part]) => part)) };
};

/**
 * Puts answers into FHIR JSON. A text `$path` stands for the answer to a question, `#path` for the same as a number, `@name` for a reference to a resource
 * of the submission (an item of a list with one comes once for each). Elements that ask for answers none of which was given are left out.
 */
export const fillTemplate = (template: JsonObject, filling: Filling): JsonObject =>
  (fill(template, filling).value ?? {}) as JsonObject;
