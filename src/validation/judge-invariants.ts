import type { Judgement } from './judgement.ts';
import type { InvariantPlan } from './plan.ts';

/** Reports the invariants that do not hold for a value whose own form is right. */
export function judgeInvariants(
  invariants: readonly InvariantPlan[],
  value: unknown,
  twin: unknown,
  path: string,
  { report, scope }: Judgement,
): void {
  for (const invariant of invariants) {
    const { key, text, severity } = invariant;
    if (!invariant.isReadable()) {
      const unread = `Rule ${key} was not judged: its FHIRPath cannot be read here. It says: ${text}`;
      report[severity === 'advice' ? severity : 'warning']('invariant-not-judged', path, unread);
    } else if (!invariant.holds(value, scope, twin)) {
      const fault = severity === 'advice' ? `Best practice, rule ${key}` : `Rule ${key} does not hold`;
      report[severity]('invariant-failed', path, `${fault}: ${text}`);
    }
  }
}
