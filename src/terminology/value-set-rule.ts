import type { Member, Verdict } from './terminology.ts';

/** One include or exclude of a value set. */
export interface ValueSetRule {
  /** The code systems that it draws on. */
  readonly systems: readonly string[];
  /** Abstract concepts are in only where `abstract` says so. */
  judge(code: string, system: string, abstract?: boolean): Verdict;
  /** What it holds, as far as it can be listed. */
  members(): Iterable<Member>;
  /** Why it cannot be listed whole, for people; empty where it can. */
  readonly gaps: readonly string[];
  /** Holds more than is loaded: a fragment of a code system. */
  readonly open: boolean;
  /** How many rules it is made of. */
  readonly weight: number;
}

/** What cannot be judged. The one system `''` stands for all of them, so that a code without a system is unknown too. */
export const unknownRule = (system: string, gap: string): ValueSetRule => ({
  systems: [system],
  judge: (_code, asked) => (system === '' || asked === system ? 'unknown' : 'no'),
  members: () => [],
  gaps: [gap],
  open: false,
  weight: 1,
});

/**
 * A list of concepts of one system. Where the code system does not say whether case matters, a code that differs in case alone is
 * unknown. `others` is what a code is that is not in the list; where it is not simply wrong there may be more than is listed.
 */
export const listRule = (
  system: string,
  members: readonly Member[],
  { caseSensitive, others = 'no' }: { caseSensitive: boolean | undefined; others?: Verdict },
): ValueSetRule => {
  const codes = new Set(members.filter(({ abstract }) => abstract !== true).map(({ code }) => code));
  const abstracts = new Set(members.filter(({ abstract }) => abstract === true).map(({ code }) => code));
  const folded = caseSensitive === true ? undefined : new Set([...codes].map(code => code.toLowerCase()));
  const inOtherCase: Verdict = caseSensitive === false ? 'yes' : 'unknown';
  return {
    systems: [system],
    judge(code, asked, abstract) {
      if (asked !== system) return 'no';
      if (codes.has(code)) return 'yes';
      if (abstracts.has(code)) return abstract ? 'yes' : 'no';
      return folded?.has(code.toLowerCase()) ? inOtherCase : others;
    },
    members: () => members,
    gaps: [],
    open: others !== 'no',
    weight: 1,
  };
};
