import type { Definitions } from '../definitions/definitions.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import type { Resource } from '../fhir/resource.ts';
import type { InputToJudge, JudgedInput, Judgements, ValidationMode } from '../interactions/validation-processes.ts';
import { appliedProfiles } from '../validation/applied-profiles.ts';
import type { Validator } from '../validation/create-validator.ts';
import { createXmlForm } from '../xml/xml-form.ts';
import { readOperationInput } from './operation-input.ts';

/** What judging needs to know of the server; the same in every process. */
export interface JudgingContext {
  definitions: Definitions;
  validator: Validator;
  /** The profile that every write of a type must meet. */
  requiredProfile(resourceType: string): string | undefined;
  maxDepth: number;
}

const MODES: readonly ValidationMode[] = ['create', 'update', 'delete', 'profile'];

const readMode = (text: string | undefined): ValidationMode | undefined => {
  if (text === undefined) return undefined;
  const mode = MODES.find(each => each === text);
  if (mode !== undefined) return mode;
  const nearest = nearestName(text, MODES);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  throw refuse(
    'operation-parameter-invalid',
    `The parameter mode must be create, update, delete or profile, or be left out.${hint}`,
  );
};

/** The refusal of a resource of another type than that of the path. */
export const otherType = (resourceType: string | undefined, resource: Resource): Issue[] =>
  resourceType === undefined || resource.resourceType === resourceType
    ? []
    : refuse(
        'resource-type-mismatch',
        `The resource is not a ${resourceType}. Send it to the path of its own type, or set resourceType to ${resourceType}.`,
        { expression: 'resourceType' },
      ).issues.slice();

/** Reads what `$validate` was given: Parameters, a bare resource, the parameters of the URL. @throws {FhirError} 400 */
export const readInput = ({ parameters, body }: Omit<InputToJudge, 'resourceType'>, maxDepth: number) => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const declared = { resource: 'Resource', mode: 'text', profile: 'text*' } as const;
  const { resource, mode, profile } = readOperationInput({ parameters, body: bytes }, declared, maxDepth);
  return { mode: readMode(mode), profiles: profile, parsed: resource };
};

/**
 * The judgements that are made by the server itself or, of what is large, by another process. Both make them by this function, so that
 * they cannot differ.
 */
export const createJudgements = ({ definitions, validator, requiredProfile, maxDepth }: JudgingContext) => {
  const explain = ({ resource, written }: ParsedResource, asked: readonly string[]): Issue[] => {
    const required = requiredProfile(resource.resourceType);
    const profiles = [...new Set(required === undefined ? asked : [required, ...asked])];
    return [
      ...validator.explain(resource, profiles, written),
      appliedProfiles(resource, { required, asked: asked.filter(url => url !== required) }, definitions),
    ];
  };
  const xml = createXmlForm(definitions, maxDepth);
  return {
    readXml: ({ body }) => xml.read(body),
    writeXml: ({ text, isPretty }) => xml.write(text, isPretty),
    validate({ text, profiles }) {
      const { resource, written } = parseStored(text);
      return validator.validate(resource, profiles, written);
    },
    explain: ({ text, profiles }) => explain(parseStored(text), profiles),
    judgeInput(input: InputToJudge): JudgedInput {
      const { mode, profiles, parsed } = readInput(input, maxDepth);
      if (parsed === undefined || mode === 'delete') return { mode, profiles, issues: undefined };
      const issues = [...otherType(input.resourceType, parsed.resource), ...explain(parsed, profiles)];
      return { mode, profiles, issues, parsed };
    },
  } satisfies Judgements;
};
