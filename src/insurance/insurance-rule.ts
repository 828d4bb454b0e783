import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Language } from './texts/say.ts';

/** How what was found is read. */
interface Reading {
  /** Keep numbers as they were written (`fhir/exact-json.ts`): for what the rule changes and gives back. */
  exact?: true;
}

/** A search in FHIR's own words. */
export interface SearchLookup extends Reading {
  resourceType: string;
  parameters: readonly (readonly [name: string, value: string])[];
  /** Nothing that the search finds may be stored between the look-up and the commit: else all is judged anew. */
  isHeld?: boolean;
  /** What the rule looks at of each that is found, where that is little: only that is kept in memory. Its name tells it from others. */
  digest?: (resource: Resource) => Resource;
}

/**
 * What the interaction looks up for a rule: a search, how many it finds (a Bundle with its `total`), what each of several finds, or resources
 * by reference (`Type/id`).
 */
export type Lookup =
  | SearchLookup
  | { counts: SearchLookup }
  | { each: readonly SearchLookup[] }
  | ({
      references: readonly string[];
      /** The versions that were in force at the end of this day (`YYYY-MM-DD`, of the scheme); the current ones where there was none yet. */
      asOf?: string;
    } & Reading);

/** Look-ups by the names that the rule gives them. */
export type Lookups = Readonly<Record<string, Lookup>>;

/** What was found, by the names of the look-ups; current versions, all that match, as plain JSON. */
export type Found = Readonly<Record<string, readonly Resource[]>>;

/** Who judges the claims of an insurer: an officer after the checks, this server alone, or another system. */
export type ClaimMode = 'review' | 'adjudicate' | 'forward';

/** The scheme that is served, as its settings say. */
export interface Scheme {
  /** IANA name of the scheme's time zone. */
  timeZone: string;
  /** ISO 4217 code of an amount that has none. */
  currency: string;
  /** Public base of this server's FHIR API without a slash at its end, to tell its own absolute references. */
  baseUrl: string;
  /** Reference to the scheme's insurer, like `Organization/openIMIS-Implementation`. */
  insurer: string;
  /** What clerks are told in words that are stored. */
  language: Language;
  /** Of insurers that do not say it themselves. */
  claimMode: ClaimMode;
  /** Percent of claims of which feedback is asked, of insurers that do not say it themselves. */
  feedbackShare: number;
  /** Days until a complaint without haste is to be answered. */
  grievanceDays: number;
  /** Days before its last one on which the renewal of a policy is asked for; 0: never. */
  renewalDays: number;
}

/** What a rule may know besides the resource. Everything is handed in; rules do no input or output. */
export interface InsuranceContext extends Scheme {
  /** Logical id that the resource has or gets. */
  id: string;
  /** Time of the write, milliseconds since 1970 UTC. */
  now: number;
  found: Found;
  /** The resource as it is stored now, when it is updated; decimals may be raw numbers. */
  previous?: Resource;
  /** The answer as it is stored now, when the resource is updated; decimals may be raw numbers. */
  previousAnswer?: Resource;
}

/** What only one resource of the store may have, and the element that says so. */
export interface Identity {
  /** What the store compares: equal for the same identity, whatever else the resources hold. */
  key: string;
  /** What it is, for people: `the identifier 7 of the same provider`. */
  told: string;
  /** Where the element stands: FHIRPath with its index. */
  expression: string;
}

/**
 * A step that is taken with a resource after it was stored: the answer as it is from then on and what else is to be (as `effects` of a
 * rule), or refusals (422). `input` is what the one who takes the step says, by the names of the step's parameters. Decimals of `exact`
 * may be raw numbers, those of the stored answer are not.
 */
export type InsuranceStep = (
  exact: Resource,
  context: InsuranceContext & { previousAnswer: Resource },
  input: Readonly<Record<string, unknown>>,
) => { answer: Resource; effects?: readonly Resource[] } | { issues: readonly Issue[] };

/** The insurance work on one resource type. All functions are pure; resources have passed validation before. */
export interface InsuranceRule {
  /** Business identities that only one resource of the store may have. */
  identities?(resource: Resource): readonly Identity[];
  /** Resources with the same key are judged and stored one after the other, because they would disturb each other; a matter of speed alone. */
  turn?(resource: Resource, scheme: Scheme): string | undefined;
  /**
   * Asked again with what was found, until it names nothing that was not looked up before. `id` is the one that the resource has or gets,
   * `previous` the resource that it replaces.
   */
  lookups?(resource: Resource, found: Found, scheme: Scheme & { id: string; previous?: Resource | undefined }): Lookups;
  /** Refusals with code business-rule (422); an empty list lets the resource pass. Decimals of `exact` may be raw numbers. */
  judge?(exact: Resource, context: InsuranceContext): readonly Issue[];
  /**
   * The resource that answers this one: stored in the same unit, under the same id. `build` gives undefined where the answer
   * that is there already shall stay. Decimals of `exact` and of the answer may be raw numbers (`fhir/exact-json.ts`).
   */
  answer?: { resourceType: string; build(exact: Resource, context: InsuranceContext): Resource | undefined };
  /**
   * What else is to be from now on because of this resource: further versions of resources that were looked up (`exact`) or of the
   * resource itself, stored in the same unit. Each replaces the version that `meta` names; where another write has replaced that
   * already, everything is looked up and judged anew. One without an id is a new resource; one with an id and no version is new under
   * that id. `answer` is the one that is stored with the resource, if there is one.
   */
  effects?(exact: Resource, context: InsuranceContext, answer?: Resource): readonly Resource[];
  /** Steps after the answer, by the code of the operation that takes them: `review`, `process`. */
  steps?: Readonly<Record<string, InsuranceStep>>;
  /** Refusals (422) of deleting the resource, by its answer and itself as stored; an empty list lets it go, and the answer with it. */
  judgeDeletion?(answer: Resource | undefined, resource: Resource): readonly Issue[];
  /** Elements whose references may point to what is not there yet, by path without indexes. */
  mayDangle?: readonly string[];
}

/** What time alone brings about, without anybody asking. Pure, as rules are. */
export interface ClockRule {
  /** What it is called in the log. */
  code: string;
  /** A running clock asks it once a day. */
  isDaily?: true;
  /** What may be due on the day, as far as a search can tell; numbers as they were written. What was brought about is best not found again. */
  due(today: string, scheme: Scheme): SearchLookup & { exact: true };
  /** As `InsuranceRule.lookups`. */
  lookups?(resource: Resource, found: Found, scheme: Scheme & { today: string }): Lookups;
  /** What is to be from now on because of the day: as `InsuranceRule.effects`, none where it is not due. */
  effects(exact: Resource, context: InsuranceContext & { today: string }): readonly Resource[];
}
