import type { PostedDefinition } from '../definitions/definitions.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Judgements } from '../interactions/validation-processes.ts';
import type { ValidatorOptions } from '../validation/create-validator.ts';

/** What a validation process is told first: how to know and to judge what the server itself does. */
export interface ProcessData {
  folders: string[];
  packages: string[];
  posted: readonly PostedDefinition[];
  validation: ValidatorOptions;
  /** By resource type. */
  requiredProfiles: ReadonlyMap<string, string>;
  maxDepth: number;
}

/** What a validation process is then asked for, one at a time. */
export interface ToProcess {
  name: keyof Judgements;
  argument: unknown;
}

/** What it answers: the judgement, a refusal that the client is told, or an error that nobody foresaw. */
export type FromProcess =
  | { kind: 'answer'; answer: unknown }
  | { kind: 'refusal'; status: number; issues: readonly Issue[] }
  | { kind: 'failure'; stack: string };
