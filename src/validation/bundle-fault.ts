import type { IssueRule } from './issue-rules.ts';

/** What is wrong in a Bundle; `place` is the expression below it, without the dot. */
export interface BundleFault {
  readonly rule: IssueRule;
  readonly place: string;
  readonly text: string;
}
