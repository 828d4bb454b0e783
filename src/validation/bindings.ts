import type { ValueSetCodes } from '../definitions/definitions.ts';
import { isJsonObject } from '../fhir/resource.ts';
import type { BindingPlan } from './plan.ts';

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

/**
 * A required or extensible binding of an element, judged by its codes: of a code or another primitive, a Coding, a CodeableConcept
 * or a Quantity. https://hl7.org/fhir/R4/terminologies.html#binding
 */
export function bindingPlan(
  strength: BindingPlan['strength'],
  valueSet: string,
  codes: ValueSetCodes | undefined,
): BindingPlan {
  return {
    valueSet,
    strength,
    judge(value) {
      if (codes === undefined) return 'unknown';
      if (typeof value === 'string') return codes.judge(value);
      if (!isJsonObject(value)) return 'yes';
      if (Array.isArray(value.coding)) return judgeConcept(codes, value);
      return judgeCoding(codes, value);
    },
    hasCode: code => codes?.judge(code) === 'yes',
    sample: () => codes?.sample(6) ?? [],
  };
}
