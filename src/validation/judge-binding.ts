import { isJsonObject } from '../fhir/resource.ts';
import { isBinding } from './bindings.ts';
import { list } from './messages.ts';
import type { BindingPlan } from './plan.ts';
import type { Report } from './report.ts';

/** The codes of a coded value: vocabulary, never a person's data. */
function codesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (!isJsonObject(value)) return [];
  const codings = Array.isArray(value.coding) ? value.coding : [value];
  return codings.flatMap(coding => (isJsonObject(coding) && typeof coding.code === 'string' ? [coding.code] : []));
}

/**
 * Reports a code outside of the value set: an error where the binding is required or the widest that is allowed, a warning where it is
 * extensible, and where it is preferred a warning that only a thorough look gives.
 */
export function judgeBinding(binding: BindingPlan, value: unknown, path: string, report: Report): void {
  if (!isBinding(binding) && !(binding.strength === 'preferred' ? report.advisable : !report.quiet)) return;
  const judgement = binding.judge(value);
  if (judgement === 'yes') return;
  const { strength, valueSet } = binding;
  const warn = strength === 'required' || strength === 'extensible' ? report.warning : report.advice;
  if (judgement === 'unknown') {
    const text = `The code was not judged: value set ${valueSet} or a code system of it is not loaded here.`;
    warn('code-not-judged', path, text);
    return;
  }
  const codes = codesOf(value);
  const text = `${faultOf(binding, value, codes)}${hintOf(binding, codes)}`;
  if (isBinding(binding)) report.error('code-not-in-value-set', path, text);
  else warn('code-not-in-value-set', path, `${text} ${ADVICE[strength]}`);
}

const ADVICE: Record<string, string> = {
  extensible: 'Use one of its codes where one fits.',
  preferred: 'Other codes are allowed, but these are preferred.',
};

function faultOf(
  { strength, valueSet, hasCode, systemOf }: BindingPlan,
  value: unknown,
  codes: readonly string[],
): string {
  if (codes.length === 0) return `A code of value set ${valueSet} is needed.`;
  if (typeof value !== 'string' && codes.some(hasCode)) {
    const system = codes.map(systemOf).find(found => found !== undefined);
    const right = system === undefined ? 'Correct `system`.' : `Write "system": "${system}".`;
    return `${list(codes)} is in value set ${valueSet}, but not under the \`system\` that is given. ${right}`;
  }
  const widest = strength === 'maximum' ? ', beyond which no code is allowed here' : '';
  return `${list(codes)} is not in value set ${valueSet}${widest}.`;
}

function hintOf(binding: BindingPlan, codes: readonly string[]): string {
  if (codes.some(binding.hasCode)) return '';
  const sample = binding.sample();
  const nearest = codes.length === 1 ? binding.nearest(codes[0]!) : undefined;
  const meant = nearest === undefined ? '' : ` Did you mean \`${nearest}\`?`;
  return sample.length === 0 ? meant : `${meant} Allowed are for example ${list(sample)}.`;
}
