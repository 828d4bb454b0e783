import type { Issue } from '../fhir/issue.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';

/**
 * Length of a body, in bytes or characters, from which on it is judged by a process of its own: finding every fault of this much takes
 * about 30 ms, in which no other request would be answered.
 */
export const LARGE = 256 * 1024;

/** What `$validate` was given, unread. Plain data, so that it can go to another process. */
export interface InputToJudge {
  /** The type that the operation was called on, which a resource must have; absent on the whole system. */
  resourceType?: string;
  /** Those of the URL. */
  parameters: readonly (readonly [name: string, value: string])[];
  body: Uint8Array;
}

/** Why a resource is validated: in general, or before it is created, updated or deleted. */
export type ValidationMode = 'create' | 'update' | 'delete' | 'profile';

/** What `$validate` was given, read, and judged where it was a resource. */
export interface JudgedInput {
  mode: ValidationMode | undefined;
  /** Canonicals of the profiles that were asked for. */
  profiles: readonly string[];
  /** Undefined where no resource was given. */
  issues: readonly Issue[] | undefined;
  /** The resource, where it was read by this process. */
  parsed?: ParsedResource;
}

/** What is asked of the processes, by name: the argument and the answer, both plain data. */
export interface Judgements {
  /** As `Validator.validate`. */
  validate(resource: { text: string; profiles: readonly string[] }): readonly Issue[];
  /** As `Validator.explain`, with the profile that the type requires here and a word on what was applied. */
  explain(resource: { text: string; profiles: readonly string[] }): readonly Issue[];
  /** Reads and judges what `$validate` was given. */
  judgeInput(input: InputToJudge): JudgedInput;
  /** The JSON text of a resource that came as XML. */
  readXml(resource: { body: Uint8Array }): string;
  /** The XML text of a resource that is there as JSON text. */
  writeXml(resource: { text: string; isPretty: boolean }): string;
}

/** Judges, and translates, what is too large for that to be done between other requests. */
export interface ValidationProcesses {
  /**
   * @throws {FhirError} as the judgement itself does; 503 where too many are waiting, or where a process ran out of memory or time
   */
  run<Name extends keyof Judgements>(
    name: Name,
    argument: Parameters<Judgements[Name]>[0],
  ): Promise<ReturnType<Judgements[Name]>>;
  close(): Promise<void>;
}
