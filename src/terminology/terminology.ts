import type { CodeSystemConceptDesignation, ValueSet } from 'fhir/r4.js';
import type { CodeSystemConcepts } from './code-system-concepts.ts';

/** `unknown` is what cannot be judged without a network: the code belongs to a system that is not loaded. */
export type Verdict = 'yes' | 'no' | 'unknown';

/** One concept of a value set. */
export interface Member {
  readonly system: string;
  readonly code: string;
  readonly display: string | undefined;
  readonly designations: readonly CodeSystemConceptDesignation[];
  /** Is there to group others, and cannot be chosen. */
  readonly abstract?: boolean | undefined;
  readonly inactive?: boolean | undefined;
}

/**
 * The codes of a value set, as far as they can be known without a network. `judge` answers whether the value set holds the
 * code: yes, no, or `unknown` where a code system is not loaded (SNOMED CT, LOINC, ...). Without `system` (the `code` data type)
 * any system of the value set counts. Abstract concepts are in only where `abstract` says so.
 */
export interface ValueSetCodes {
  readonly url: string;
  readonly definition: ValueSet;
  /** The code systems that it draws on. */
  readonly systems: readonly string[];
  judge(code: string, system?: string, abstract?: boolean): Verdict;
  /** A few of the allowed codes, for messages; empty when the set is open-ended. */
  sample(limit: number): readonly string[];
  /** All that can be listed, abstract concepts too; `unknown` are those of which it cannot be told whether they are excluded. */
  members(): Iterable<{ member: Member; verdict: 'yes' | 'unknown' }>;
  /** Why the value set cannot be listed whole, each reason in a sentence; empty where it can. */
  readonly gaps: readonly string[];
  /** Draws on a code system of which a part is loaded: there are more members. */
  readonly open: boolean;
  /** How many rules judge a code, those of value sets in it counted. */
  readonly weight: number;
}

/** The code systems and value sets that are loaded, by canonical url with or without a version; undefined for all others. */
export interface Terminology {
  codeSystem(url: string): CodeSystemConcepts | undefined;
  valueSet(url: string): ValueSetCodes | undefined;
}
