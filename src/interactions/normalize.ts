import { parseExact } from '../fhir/exact-json.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import type { Resource } from '../fhir/resource.ts';
import { applyRewritings, targetsAsked } from '../openimis/apply-rewritings.ts';
import { uninsuredPatient } from '../openimis/cover-rewritings.ts';
import type { NormalizingRule } from '../openimis/normalizing-rules.ts';
import type { RewritingContext } from '../openimis/rewriting.ts';
import { rewritings } from '../openimis/rewritings.ts';
import type { Deps, InteractionResult, Prefer } from './context.ts';
import { findTargets } from './find-targets.ts';
import { lookUp } from './look-up.ts';

/** A resource as it is written from now on, and one information issue for every change. */
export interface Normalized {
  parsed: ParsedResource;
  changes: readonly Issue[];
}

/**
 * The dialect that is rewritten: what the client prefers or, where it says nothing, what it is registered with, else what the operator has
 * set for all; undefined for none.
 */
export const dialectOf = ({ normalize }: Prefer, { access, settings }: Deps): 'openimis' | undefined => {
  const dialect = normalize ?? access?.caller.normalize ?? settings.normalize;
  return dialect === 'off' ? undefined : dialect;
};

/** Members of JSON that a resource may have to be normalised: more would take longer than other requests should wait. */
const MOST_MEMBERS = 10_000;

/** Says that a resource, or a body, was taken as it was sent. */
export const takenAsSent = (reason: string, expression?: string): Issue => ({
  severity: 'information',
  code: 'informational',
  rule: 'not-normalized' satisfies NormalizingRule,
  diagnostics: `${reason} It was taken as it was sent.`,
  ...(expression === undefined ? {} : { expression }),
});

/** Whether an issue tells of a change: not, where it tells why there was none. */
export const isChange = ({ rule }: Issue): boolean => rule !== 'not-normalized';

const coveragesOf = async (deps: Deps, resource: Resource): Promise<readonly Resource[] | undefined> => {
  const patient = uninsuredPatient(resource);
  if (patient === undefined || !deps.capability.types.has('Coverage')) return undefined;
  const parameters = [['beneficiary', `Patient/${patient}`]] as const;
  const { found } = await lookUp(deps, () => ({ coverages: { resourceType: 'Coverage', parameters } }));
  return found.coverages;
};

/**
 * Rewrites the forms in which openIMIS and its clients send what R4 has another form for. What is not rewritten keeps its written
 * form, numbers too; a resource in which there is nothing to rewrite is given back byte for byte. `id` is that of the path of an
 * update. Judges nothing.
 */
export const normalize = async (deps: Deps, parsed: ParsedResource, id?: string): Promise<Normalized> => {
  if (parsed.scan.memberCount > MOST_MEMBERS) {
    const reason = `The resource has more than ${MOST_MEMBERS} elements, which is too much to be normalised.`;
    return { parsed, changes: [takenAsSent(reason, parsed.resource.resourceType)] };
  }
  const { currency, insurer, timeZone } = deps.settings;
  const context: RewritingContext = {
    definitions: deps.definitions,
    currency,
    insurer,
    timeZone,
    id,
    targets: new Map(),
    coverages: undefined,
  };
  const forms = applyRewritings(parseExact(parsed.text) as Resource, rewritings.forms, context);
  const asked = targetsAsked(forms.resource, rewritings.references, context);
  const targets = await findTargets(deps, asked);
  const references = applyRewritings(forms.resource, rewritings.references, { ...context, targets });
  const coverages = await coveragesOf(deps, references.resource);
  const cover = applyRewritings(references.resource, rewritings.cover, { ...context, coverages });
  const changes = [...forms.changes, ...references.changes, ...cover.changes];
  return { parsed: changes.some(isChange) ? parseStored(JSON.stringify(cover.resource)) : parsed, changes };
};

/** What a write is told of normalising, and of the resource. */
export interface NormalizedWrite {
  /** Nothing is rewritten where it is undefined. */
  dialect: 'openimis' | undefined;
  parsed: ParsedResource;
  /** Id of the path of an update. */
  id?: string;
}

const normalizeAndWrite = async (
  deps: Deps,
  { parsed: sent, id }: NormalizedWrite,
  write: (parsed: ParsedResource) => Promise<InteractionResult>,
): Promise<InteractionResult> => {
  const { parsed, changes } = await normalize(deps, sent, id);
  try {
    const result = await write(parsed);
    const normalized = changes.filter(isChange).length;
    return { ...result, issues: [...(result.issues ?? []), ...changes], normalized };
  } catch (error) {
    if (!(error instanceof FhirError) || error.status !== 422) throw error;
    throw new FhirError(422, [...error.issues, ...changes], { headers: error.headers, cause: error.cause });
  }
};

/**
 * Carries out a write with the resource as it is rewritten. The answer, and a refusal of the resource just as well, tells every
 * change.
 */
export const writeNormalized = (
  deps: Deps,
  given: NormalizedWrite,
  write: (parsed: ParsedResource) => Promise<InteractionResult>,
): Promise<InteractionResult> =>
  given.dialect === undefined ? write(given.parsed) : normalizeAndWrite(deps, given, write);
