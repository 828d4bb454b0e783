import type { Definitions } from '../definitions/definitions.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';
import { valueFor } from './snapshot-tree.ts';
import type { Generator } from './test-instances.ts';
import type { Site } from './test-sites.ts';

/** What mutants are made with. */
export interface Workshop {
  readonly definitions: Definitions;
  readonly generator: Generator;
  readonly random: () => number;
  /** What was done to elements of a definition before, in other instances; it is not done again. */
  readonly done: Set<string>;
}

/** Takes a mutant of the object at `keys`. */
export type Add = (
  what: string,
  rules: readonly string[],
  expression: string,
  keys: readonly (string | number)[],
  edit: (owner: JsonObject, root: Resource) => void,
) => void;

const badFormats: Readonly<Record<string, Json>> = {
  date: '2023-02-29',
  dateTime: '2024-02-30T10:00:00Z',
  instant: '2024-01-01',
  time: '24:00:00',
  id: 'not an id',
  code: 'two  spaces',
  uri: 'with space',
  url: '',
  canonical: 'urn:oid:x',
  oid: 'urn:oid:a',
  uuid: 'urn:uuid:1',
  base64Binary: '!',
  integer: 1.5,
  unsignedInt: -1,
  positiveInt: 0,
  string: '',
  markdown: 'bell\u0007',
  xhtml: '<p>no div</p>',
};

const another: Readonly<Record<string, Json>> = {
  boolean: false,
  string: 'something else',
  code: 'something-else',
  uri: 'http://example.org/something-else',
  canonical: 'http://example.org/something-else',
  integer: 4711,
  positiveInt: 4711,
  decimal: 47.11,
};

/** Breaks every rule that the definition of an element has, one at a time. */
export function mutateSite(site: Site, workshop: Workshop, add: Add): void {
  const { keys, json, expression, type, isPrimitive, repeats, definition } = site;
  const path = site.base.definition.path;
  const item = repeats ? `${expression}[0]` : expression;
  const put = (what: string, rules: readonly string[], wrong: Json, place = '') =>
    add(`${path} ${what}`, rules, item + place, keys, holder => {
      if (repeats) (holder[json] as Json[])[0] = wrong;
      else holder[json] = wrong;
    });

  if ((definition.min ?? 0) > 0) {
    add(`${path} is left out`, ['cardinality-min'], expression, keys, holder => {
      delete holder[json];
      delete holder[`_${json}`];
    });
  }
  if (repeats) {
    add(`${path} is no array`, ['type-wrong'], expression, keys, holder => {
      holder[json] = (holder[json] as Json[])[0]!;
    });
    const max = definition.max === '*' ? Number.POSITIVE_INFINITY : Number(definition.max);
    if (Number.isFinite(max)) {
      add(`${path} occurs too often`, ['cardinality-max'], expression, keys, holder => {
        const items = holder[json] as Json[];
        while (items.length <= max) items.push(structuredClone(items[0]!));
      });
    }
    add(`${path} holds null`, ['element-empty'], `${expression}[0]`, keys, holder => {
      holder[json] = [null];
    });
  } else {
    add(`${path} is an array`, ['type-wrong'], expression, keys, holder => {
      holder[json] = [holder[json]!];
    });
  }
  add(`${path} is empty`, ['element-empty'], expression, keys, holder => {
    holder[json] = repeats ? [] : null;
  });
  if (!isPrimitive && type !== 'Resource') put('has nothing in it', ['element-empty'], {});
  put('is of another JSON type', ['type-wrong'], type === 'boolean' ? 'true' : isPrimitive ? { value: 1 } : 'text');
  if (isPrimitive && type !== 'boolean') put('is a boolean', ['type-wrong'], true);
  if (badFormats[type] !== undefined) put('is badly written', ['format-wrong'], badFormats[type]);
  if (isPrimitive && !path.endsWith('.id')) {
    add(`${path} has an empty twin`, ['element-empty', 'type-wrong'], item, keys, holder => {
      holder[`_${json}`] = repeats ? [{}] : {};
    });
  }
  if (site.base.name.endsWith('[x]')) mutateChoice(site, workshop, add);
  mutateCode(site, workshop, add);
  mutateReference(site, workshop, put);
  mutateExpected(site, workshop, put);
  mutateSlices(site, add);
  if (definition.maxLength !== undefined) put('is too long', ['value-limit'], 'x'.repeat(definition.maxLength + 1));
  if (type === 'Extension') {
    add(`${path} has a value and parts`, ['invariant-failed'], item, [...keys, json, 0], holder => {
      holder.valueBoolean = true;
      holder.extension = [{ url: 'http://example.org/part', valueString: 'x' }];
    });
    add(`${path} has a relative url`, ['extension-url'], `${item}.url`, [...keys, json, 0], holder => {
      holder.url = 'relative';
    });
  }
}

function mutateChoice({ keys, owner, json, expression, base, profile }: Site, workshop: Workshop, add: Add): void {
  const path = base.definition.path;
  const stem = base.name.slice(0, -3);
  const codes = (base.definition.type ?? []).map(({ code }) => code);
  const capital = (code: string) => code.charAt(0).toUpperCase() + code.slice(1);
  const strange = ['Dosage', 'Contributor', 'Meta'].find(code => !codes.includes(code));
  if (strange !== undefined) {
    add(`${path} is of a type that it cannot have`, ['element-unknown'], `${owner}.${stem}${strange}`, keys, holder => {
      holder[`${stem}${strange}`] = holder[json]!;
      delete holder[json];
    });
  }
  const other = codes.find(code => `${stem}${capital(code)}` !== json);
  if (other !== undefined) {
    const value = workshop.generator.value(other, base.definition, workshop.random, 0.5);
    add(`${path} is there twice`, ['choice-many'], expression, keys, holder => {
      holder[`${stem}${capital(other)}`] = value!;
    });
  }
  const left = (profile?.definition.type ?? []).map(({ code }) => code);
  const refused = profile === undefined || left.length === 0 ? undefined : codes.find(code => !left.includes(code));
  if (refused !== undefined) {
    const value = workshop.generator.value(refused, base.definition, workshop.random, 0.5);
    add(`${path} is of a type that the profile takes away`, ['type-wrong'], expression, keys, holder => {
      delete holder[json];
      holder[`${stem}${capital(refused)}`] = value!;
    });
  }
}

function mutateCode(site: Site, { definitions }: Workshop, add: Add): void {
  const { keys, json, expression, type, repeats, definition, base } = site;
  const binding = [definition.binding, base.definition.binding].find(each => each?.strength === 'required');
  const codes = binding?.valueSet === undefined ? undefined : definitions.valueSet(binding.valueSet);
  if (codes === undefined || !['code', 'Coding', 'CodeableConcept'].includes(type)) return;
  const isRefused = ['', ...codes.systems].every(system => codes.judge('no-such-code', system || undefined) === 'no');
  if (!isRefused) return;
  const place = repeats ? `${expression}[0]` : expression;
  add(`${base.definition.path} has an unknown code`, ['code-not-in-value-set'], place, keys, holder => {
    const value = repeats ? (holder[json] as Json[])[0]! : holder[json]!;
    if (isJsonObject(value)) {
      const codings = Array.isArray(value.coding) ? value.coding : [value];
      for (const coding of codings) (coding as JsonObject).code = 'no-such-code';
    } else if (repeats) (holder[json] as Json[])[0] = 'no-such-code';
    else holder[json] = 'no-such-code';
  });
}

type Put = (what: string, rules: readonly string[], wrong: Json, place?: string) => void;

const unlikely = ['VisionPrescription', 'TestScript', 'MolecularSequence'];

function mutateReference({ type, definition }: Site, { definitions }: Workshop, put: Put): void {
  if (type !== 'Reference') return;
  put('is of no form', ['reference-format'], { reference: 'no form' }, '.reference');
  put('names nothing contained', ['reference-contained'], { reference: '#no-such-resource' }, '.reference');
  const profiles = definition.type?.find(({ code }) => code === 'Reference')?.targetProfile ?? [];
  const allowed = profiles.map(url => definitions.structureDefinition(url)?.type ?? 'Resource');
  const wrong = unlikely.find(name => !allowed.includes(name));
  if (allowed.length === 0 || allowed.includes('Resource') || wrong === undefined) return;
  put('leads to a wrong type', ['reference-target'], { reference: `${wrong}/1` });
  put('says a wrong type', ['reference-target'], { type: wrong, identifier: { value: '1' } });
}

/** What a profile fixes, or asks for by a pattern. */
function mutateExpected({ type, profile, base }: Site, { generator, random }: Workshop, put: Put): void {
  if (profile === undefined) return;
  for (const [prefix, rule] of [
    ['fixed', 'value-fixed'],
    ['pattern', 'value-pattern'],
  ] as const) {
    if (valueFor(profile.definition, prefix) === undefined) continue;
    const wrong = another[type] ?? generator.value(type, { ...base.definition, binding: undefined! }, random, 0.5);
    if (wrong !== undefined) put(`is not what the profile asks (${prefix})`, [rule], wrong);
  }
}

const isSingle = (max: string | undefined) => max === '1';

function mutateSlices({ keys, json, expression, repeats, profile, base }: Site, add: Add): void {
  if (profile === undefined || profile.slices.length === 0 || !repeats) return;
  const path = base.definition.path;
  const isClosed = profile.definition.slicing?.rules === 'closed';
  if (profile.slices.some(({ definition }) => (definition.min ?? 0) > 0)) {
    add(`${path} lacks its slices`, ['slice-min', 'cardinality-min'], expression, keys, holder => {
      delete holder[json];
    });
  }
  if (isClosed && profile.slices.every(({ definition }) => isSingle(definition.max))) {
    add(`${path} has a slice twice`, ['slice-max', 'cardinality-max'], expression, keys, holder => {
      const items = holder[json] as Json[];
      items.push(structuredClone(items[0]!));
    });
  }
  const [discriminator] = profile.definition.slicing?.discriminator ?? [];
  const steps = discriminator?.path.split('.') ?? [];
  const isByValue = discriminator?.type === 'value' || discriminator?.type === 'pattern';
  if (isClosed && isByValue && steps.every(step => /^[a-z]\w*$/.test(step))) {
    add(`${path} has an item of no slice`, ['slice-closed'], `${expression}[0]`, keys, holder => {
      let value: Json = (holder[json] as Json[])[0]!;
      for (const step of steps.slice(0, -1)) {
        const next: Json = (value as JsonObject)[step]!;
        value = Array.isArray(next) ? next[0]! : next;
      }
      const last = steps.at(-1)!;
      const found = (value as JsonObject)[last];
      (value as JsonObject)[last] = typeof found === 'string' ? 'no-such-slice' : { text: 'no such slice' };
    });
  }
  for (const slice of profile.slices) {
    const url = slice.definition.type?.[0]?.profile?.[0];
    if (base.name !== 'extension' || url === undefined || !isSingle(slice.definition.max)) continue;
    add(`${path} ${url} is there twice`, ['slice-max', 'cardinality-max'], expression, keys, holder => {
      const items = holder[json] as JsonObject[];
      const one = items.find(item => item.url === url);
      const made = one ?? { url, valueString: 'x' };
      items.push(structuredClone(made), ...(one === undefined ? [structuredClone(made)] : []));
    });
  }
}
