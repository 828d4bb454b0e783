import { nearestName } from '../fhir/nearest-name.ts';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { ValueSetCodes } from '../terminology/terminology.ts';
import type { BindingPlan } from './plan.ts';

// A code is asked for over and over; those of one element are few, whatever the size of its value set.
const REMEMBERED = 200;
// Codes that a wrong one is compared with, to tell the one that was meant.
const COMPARED = 1000;

type Judgement = ReturnType<BindingPlan['judge']>;

function judgeCoding(codes: ValueSetCodes, coding: unknown): Judgement {
  if (!isJsonObject(coding) || typeof coding.code !== 'string') return 'no';
  return codes.judge(coding.code, typeof coding.system === 'string' ? coding.system : '');
}

/** One code that is allowed is enough; what cannot be judged gives the benefit of the doubt. */
function judgeConcept(codes: ValueSetCodes, concept: unknown): Judgement {
  let judgement: Judgement = 'no';
  if (!isJsonObject(concept) || !Array.isArray(concept.coding)) return judgement;
  for (const coding of concept.coding) {
    const one = judgeCoding(codes, coding);
    if (one === 'yes') return one;
    if (one === 'unknown') judgement = one;
  }
  return judgement;
}

const codedTypes = new Set(['code', 'Coding', 'CodeableConcept', 'Quantity', 'string', 'uri', 'url', 'canonical']);

/** Whether codes outside of the value set are refused, and not only warned of. */
export const isBinding = ({ strength }: Pick<BindingPlan, 'strength'>): boolean =>
  strength === 'required' || strength === 'maximum';

/** Whether a binding says something of values of this type: of a choice between a concept and a reference it binds the concept. */
export const isCoded = (type: string): boolean => codedTypes.has(type);

/**
 * A binding of an element, judged by its codes: of a code or another primitive, a Coding, a CodeableConcept or a Quantity. Where a code
 * is needed, text alone will not do. `load` gives the value set, when it is first asked for, and anew after `renew`.
 * https://hl7.org/fhir/R4/terminologies.html#binding
 */
export function bindingPlan(
  { strength, valueSet, isCodeNeeded }: Pick<BindingPlan, 'strength' | 'valueSet'> & { isCodeNeeded: boolean },
  load: () => ValueSetCodes | undefined,
): BindingPlan {
  let loaded: { codes: ValueSetCodes | undefined } | undefined;
  const codesOf = () => {
    loaded ??= { codes: load() };
    return loaded.codes;
  };
  const judged = new Map<string, Judgement>();
  const judgeCode = (code: string): Judgement => {
    const known = judged.get(code);
    if (known !== undefined) return known;
    const judgement = codesOf()?.judge(code) ?? 'unknown';
    if (judged.size < REMEMBERED) judged.set(code, judgement);
    return judgement;
  };
  let compared: readonly string[] | undefined;
  const isAlwaysNeeded = isCodeNeeded && strength === 'required';
  // A Quantity may go without a unit where only the widest choice of units is bound.
  const isJudged = (value: JsonObject): boolean =>
    hasCode(value) || (isCodeNeeded && (value.coding !== undefined || value.text !== undefined));
  return {
    valueSet,
    strength,
    judge(value) {
      if (typeof value === 'string') return judgeCode(value);
      if (!isJsonObject(value) || !(isAlwaysNeeded || isJudged(value))) return 'yes';
      const codes = codesOf();
      if (codes === undefined) return 'unknown';
      return Array.isArray(value.coding) ? judgeConcept(codes, value) : judgeCoding(codes, value);
    },
    hasCode: code => judgeCode(code) === 'yes',
    sample: () => codesOf()?.sample(6) ?? [],
    systemOf: code => codesOf()?.systems.find(system => codesOf()?.judge(code, system) === 'yes'),
    nearest(code) {
      compared ??= codesOf()?.sample(COMPARED) ?? [];
      return nearestName(code, compared);
    },
    renew() {
      loaded = undefined;
      judged.clear();
      compared = undefined;
    },
  };
}

const hasCode = ({ coding, code }: JsonObject): boolean =>
  typeof code === 'string' || (Array.isArray(coding) && coding.some(each => isJsonObject(each) && hasCode(each)));
