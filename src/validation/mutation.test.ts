import { describe, expect, it } from 'vitest';
import type { ElementDefinition } from '../definitions/definitions.ts';
import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { claim, coverage, patient, questionnaire, r4 } from './test-resources.ts';

/** Breaks one rule at a time, as the StructureDefinition names it, and asks for the refusal of just that element. */

const validator = createValidator(r4);

interface Mutant {
  what: string;
  expression: string;
  rules: string[];
  resource: JsonObject;
}

const copy = (resource: Resource) => structuredClone(resource);

/** The definitions of the elements that a resource's own snapshot has (not those inside data types), by path. */
const elementsOf = (type: string): ElementDefinition[] =>
  r4.structureDefinition(type)!.snapshot.element.filter(({ path }) => path.includes('.') && !path.endsWith('[x]'));

interface Place {
  holder: JsonObject;
  expression: string;
}

/** The objects of the resource in which the element of this path may stand. */
function holdersOf(resource: JsonObject, path: string): Place[] {
  const steps = path.split('.').slice(1, -1);
  let places: Place[] = [{ holder: resource, expression: String(resource.resourceType) }];
  for (const step of steps) {
    places = places.flatMap(({ holder, expression }) => {
      const value = holder[step];
      if (Array.isArray(value))
        return value.map((item, index) => ({
          holder: item as JsonObject,
          expression: `${expression}.${step}[${index}]`,
        }));
      return value === undefined ? [] : [{ holder: value as JsonObject, expression: `${expression}.${step}` }];
    });
  }
  return places;
}

function mutantsOf(make: () => Resource): Mutant[] {
  const original = make();
  const mutants: Mutant[] = [];
  for (const { path, min, max, base, type, binding } of elementsOf(original.resourceType)) {
    const name = path.slice(path.lastIndexOf('.') + 1);
    const repeats = (base?.max ?? max) === '*';
    const item = repeats ? '[0]' : '';
    const code = type?.[0]?.code ?? '';
    holdersOf(original, path).forEach(({ holder, expression }, at) => {
      if (holder[name] === undefined) return;
      /** A mutant whose element has another value, or none. `place` is what follows the element in the expression. */
      const mutate = (what: string, rules: string[], place: string, edit: (value: Json) => Json | undefined) => {
        const resource = copy(original);
        const changed = holdersOf(resource, path)[at]!.holder;
        const value = edit(changed[name]!);
        if (value === undefined) delete changed[name];
        else changed[name] = value;
        mutants.push({ what: `${path} ${what}`, expression: `${expression}.${name}${place}`, rules, resource });
      };
      const put = (what: string, rules: string[], wrong: Json, place = '') =>
        mutate(what, rules, item + place, () => (repeats ? [wrong] : wrong));

      if (min === 1) mutate('is left out', ['cardinality-min'], '', () => undefined);
      if (repeats) mutate('is no array', ['type-wrong'], '', value => (value as Json[])[0]!);
      else mutate('is an array', ['type-wrong'], '', value => [value]);
      mutate('is empty', ['element-empty'], '', () => (repeats ? [] : null));
      put('is of another JSON type', ['type-wrong'], code === 'boolean' ? 'true' : true);
      if (code === 'code' && binding?.strength === 'required')
        put('has an unknown code', ['code-not-in-value-set'], 'no-such-code');
      if (['code', 'uri', 'id'].includes(code)) put('is badly written', ['format-wrong'], 'a  b');
      if (code === 'positiveInt') put('is zero', ['format-wrong'], 0);
      if (code === 'date' || code === 'dateTime') put('is no day', ['format-wrong'], '2023-02-29');
      if (code === 'Reference') put('is of no form', ['reference-format'], { reference: 'no-form' }, '.reference');
      if (/^[A-Z]/.test(code) && code !== 'Resource') {
        put('has an unknown element', ['element-unknown'], { noSuchElement: 1 }, '.noSuchElement');
      }
    });
  }
  return mutants;
}

describe.each(Object.entries({ claim, patient, coverage, questionnaire }))('%s', (_, make) => {
  const mutants = mutantsOf(make);
  it('gives mutants of many kinds', () => {
    expect(mutants.length).toBeGreaterThan(15);
  });
  it.each(mutants.map(mutant => [mutant.what, mutant] as const))(
    'is refused when %s',
    (_what, { resource, expression, rules }) => {
      const errors = validator.validate(resource as Resource, []).filter(({ severity }) => severity === 'error');
      expect(errors.filter(issue => issue.expression === expression && rules.includes(issue.rule))).not.toEqual([]);
      expect(validator.isValid(resource as Resource, [])).toBe(false);
    },
  );
});
