import { list } from './messages.ts';
import type { BindingPlan, ElementPlan, TypePlan } from './plan.ts';
import { primitives } from './primitives.ts';

/** As many types or codes as are told one by one. */
const FEW = 6;

const codesOf = ({ valueSet, sample }: BindingPlan): string => {
  const codes = sample();
  return codes.length === 0
    ? `a code of value set ${valueSet}`
    : `a code of value set ${valueSet}, such as ${list(codes, 'or')}`;
};

/** A coding as it may be written. */
const codingOf = ({ sample, systemOf }: BindingPlan): string => {
  const [code] = sample();
  return `{ "system": "${(code && systemOf(code)) ?? '...'}", "code": "${code ?? '...'}" }`;
};

const referenceTo = ({ targets }: TypePlan): string => {
  const types = [...(targets?.types() ?? [])];
  const [first = 'Type'] = types;
  const others = types.length > 1 && types.length <= FEW ? `, to ${list(types, 'or')}` : '';
  return `a reference like { "reference": "${first}/<id>" }${others}`;
};

const form = (type: TypePlan, binding: BindingPlan | undefined): string => {
  const { code, object } = type;
  if (code === 'Reference') return referenceTo(type);
  if (binding !== undefined && (code === 'code' || code === 'Coding' || code === 'CodeableConcept')) {
    const codes = codesOf(binding);
    if (code === 'code') return codes;
    const coding = codingOf(binding);
    return `${code === 'Coding' ? coding : `{ "coding": [${coding}] }`} with ${codes}`;
  }
  if (code === 'CodeableConcept') return '{ "coding": [{ "system": "...", "code": "..." }] } or { "text": "..." }';
  const primitive = primitives[code];
  if (primitive !== undefined) return primitive.form;
  const kind = code === 'BackboneElement' || code === 'Element' ? '{ ... }' : `{ ... } of type ${code}`;
  const needed = (object?.plan.elements ?? []).filter(({ min }) => min > 0).map(({ name }) => name);
  return needed.length === 0 ? `an object ${kind}` : `an object ${kind} with ${list(needed)}`;
};

/**
 * A sentence that says what to write for an element that is missing, so that a person who does not know its type can go on.
 */
export const wantedValue = ({ item, choice, repeats }: ElementPlan): string => {
  const [type] = item.types;
  if (choice && item.types.length > 1) return 'Add one of them.';
  const wanted = type === undefined ? undefined : form(type, item.bindings[0]);
  if (wanted === undefined) return 'Add it.';
  return repeats ? `Add it: an array [ ... ], each item ${wanted}.` : `Add it: ${wanted}.`;
};
