import { nearestName } from '../fhir/nearest-name.ts';
import { isJsonObject } from '../fhir/resource.ts';
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

/** Reports a code outside of the value set: an error where the binding is required, else a warning. */
export function judgeBinding(binding: BindingPlan, value: unknown, path: string, report: Report): void {
  const judgement = binding.judge(value);
  if (judgement === 'yes') return;
  const codes = codesOf(value);
  if (judgement === 'unknown') {
    report.warning(
      'code-not-judged',
      path,
      `The code was not judged: value set ${binding.valueSet} or a code system of it is not loaded here.`,
    );
    return;
  }
  if (codes.length === 0 && binding.strength === 'extensible') return;
  const text = `${faultOf(binding, value, codes)}${hintOf(binding, codes)}`;
  if (binding.strength === 'required') report.error('code-not-in-value-set', path, text);
  else report.warning('code-not-in-value-set', path, `${text} Use one of its codes where one fits.`);
}

function faultOf(binding: BindingPlan, value: unknown, codes: readonly string[]): string {
  if (codes.length === 0) return `A code of value set ${binding.valueSet} is needed.`;
  if (typeof value !== 'string' && codes.some(binding.hasCode)) {
    return `${list(codes)} is in value set ${binding.valueSet}, but not under the \`system\` that is given. Correct \`system\`.`;
  }
  return `${list(codes)} is not in value set ${binding.valueSet}.`;
}

function hintOf(binding: BindingPlan, codes: readonly string[]): string {
  if (codes.some(binding.hasCode)) return '';
  const sample = binding.sample();
  const nearest = codes.length === 1 ? nearestName(codes[0]!, sample) : undefined;
  const meant = nearest === undefined ? '' : ` Did you mean \`${nearest}\`?`;
  return sample.length === 0 ? meant : `${meant} Allowed are for example ${list(sample)}.`;
}
