import type { SnapshotError } from '../definitions/snapshot-error.ts';
import type { NativeRule, ProfileReference } from './plan.ts';
import type { Plans } from './plans.ts';

/** A profile that is loaded, but of which no snapshot can be made: nothing conforms to it, and the reason is told. */
export function unusableProfile(url: string, { structure, message }: SnapshotError, plans: Plans): ProfileReference {
  const text =
    `The profile ${url} cannot be used here, so nothing can be judged by it. ${message}. ` +
    'Have the operator correct its definition, or leave the profile out.';
  const rule: NativeRule = {
    holds: () => false,
    explain: (_value, _scope, path, report) => report.error('profile-unusable', path, text),
  };
  const { type } = structure;
  const reference = plans.reference(url, () => ({
    label: structure.name,
    type,
    exhaustive: false,
    resource: structure.kind === 'resource',
    elements: [],
    invariants: [],
    rules: [rule],
  }));
  return { url, type, reference };
}
