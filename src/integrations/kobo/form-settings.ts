import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';

/** What is made of a part of a submission: one resource, or one of each item of a repeat. */
export interface FormResource {
  /** By which other resources of the form refer to it, and part of its id. */
  name: string;
  /** Path of the repeat. */
  repeat?: string;
  /** FHIR JSON with answers in it: see `fillTemplate`. */
  resource: JsonObject;
}

/** How submissions of one form are read. */
export interface Form {
  /** Its asset uid at KoboToolbox. */
  uid: string;
  /** Edits of submissions are seen for so many days. */
  days: number;
  /** By the path of a question, what its codes are in FHIR. */
  codes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  resources: readonly FormResource[];
}

/** The file of `KIUNGO_KOBO_FORMS`. */
export interface KoboSettings {
  /** Of the server whose submissions are pulled; undefined: none are. */
  url?: string;
  forms: ReadonlyMap<string, Form>;
}

const UID = /^[A-Za-z0-9]{1,40}$/;
const NAME = /^[a-z][a-z0-9]{0,15}$/;
const TYPES: readonly unknown[] = ['Patient', 'Group', 'QuestionnaireResponse'];
const DAYS = 30;

const fail = (where: string, text: string): never => {
  throw new Error(`${where} ${text}`);
};

const objectAt = (value: Json | undefined, where: string): JsonObject =>
  isJsonObject(value) ? value : fail(where, 'is an object');

const readResource = (value: Json, where: string): FormResource => {
  const { name, repeat, resource: given } = objectAt(value, where);
  const resource = objectAt(given, `${where}.resource`);
  if (typeof name !== 'string' || !NAME.test(name)) return fail(`${where}.name`, 'is a word of small letters');
  if (!TYPES.includes(resource.resourceType)) {
    return fail(`${where}.resource.resourceType`, `is one of ${TYPES.join(', ')}`);
  }
  if (repeat === undefined) return { name, resource };
  return typeof repeat === 'string' ? { name, repeat, resource } : fail(`${where}.repeat`, 'is the path of a repeat');
};

const readCodes = (value: Json | undefined, where: string): Form['codes'] => {
  for (const [path, codes] of Object.entries(objectAt(value ?? {}, where))) {
    const isMap = isJsonObject(codes) && Object.values(codes).every(code => typeof code === 'string');
    if (!isMap) fail(`${where}.${path}`, 'maps codes of the form to texts');
  }
  return (value ?? {}) as Form['codes'];
};

const readForm = (uid: string, value: Json | undefined, where: string): Form => {
  if (!UID.test(uid)) fail(where, 'is not called by the uid of an asset');
  const { days = DAYS, codes, resources } = objectAt(value, where);
  if (typeof days !== 'number' || !Number.isInteger(days) || days < 1)
    return fail(`${where}.days`, 'is a number from 1');
  if (!Array.isArray(resources) || resources.length === 0) return fail(`${where}.resources`, 'is a list');
  const read = resources.map((each, index) => readResource(each, `${where}.resources[${index}]`));
  if (new Set(read.map(({ name }) => name)).size < read.length) fail(`${where}.resources`, 'has a name twice');
  return { uid, days, codes: readCodes(codes, `${where}.codes`), resources: read };
};

/** Reads the file of `KIUNGO_KOBO_FORMS`. @throws {Error} naming the place that cannot be used */
export const readKoboSettings = (text: string): KoboSettings => {
  const { url, forms: given } = objectAt(JSON.parse(text) as Json, 'The file');
  const forms = new Map(
    Object.entries(objectAt(given, 'forms')).map(([uid, form]) => [uid, readForm(uid, form, `forms.${uid}`)]),
  );
  if (url === undefined) return { forms };
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url))
    return fail('url', 'is an http or https URL');
  return { url: url.replace(/\/+$/, ''), forms };
};
