import type { TypeCapability } from '../definitions/capability.ts';
import { DEFINITION_TYPES } from '../definitions/definition-types.ts';
import { parseExact } from '../fhir/exact-json.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import { type Issue, MOST_ISSUES } from '../fhir/issue.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { Resource } from '../fhir/resource.ts';
import { printResource, stampResource } from '../fhir/stamp-resource.ts';
import type { Identity, InsuranceRule } from '../insurance/insurance-rule.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Change, CommitResult, MatchCondition, NewestCondition, StoredVersion, Unit } from '../store/store.ts';
import { commitUnit } from './commit-unit.ts';
import { type Deps, serverOf, type VersionHead } from './context.ts';
import { effectChange } from './effect-change.ts';
import { entriesOfAnswer } from './entries-of-answer.ts';
import { insuranceContext } from './insurance-context.ts';
import { judgeDefinition } from './judge-definition.ts';
import { hiddenReferences, requireWithinRows } from './require-rows.ts';
import { requireWhole } from './require-whole.ts';
import {
  enforcedTargets,
  type LocalReference,
  localReferences,
  missingReferenceIssues,
  referenceWarnings,
  unresolvedReferences,
} from './resource-references.ts';
import { LARGE } from './validation-processes.ts';

/** Where a resource goes: a new id, or the id of the path with the version that is there (0 when there never was one). */
export interface WriteTarget {
  id: string;
  previousVersionId: number;
  /** The stored resource that is replaced, where there is a living one. */
  previous?: Resource;
  method: 'POST' | 'PUT';
  ifNoneExist?: SearchQuery;
  /** The search that led here: it must find the same at the commit. */
  matches?: MatchCondition;
  /** Judge all, store nothing. */
  isTrial?: boolean;
}

/** The outcome of a write: what the store said, the new version, and the warnings that validation found. */
export interface Written {
  result: CommitResult;
  version: VersionHead;
  text: string;
  issues: readonly Issue[];
  /** Business identities of the resource, one of which the result may name as taken. */
  identities: readonly Identity[];
}

const isError = ({ severity }: Issue): boolean => severity === 'error';

/** The refusal of a resource for what was found in it, up to the most that one answer holds. */
const refuseResource = (issues: readonly Issue[]): FhirError => new FhirError(422, issues.slice(0, MOST_ISSUES));

/** What validation has said of a reference's text is not said again in other words. */
const notRefused = (references: readonly LocalReference[], issues: readonly Issue[]): LocalReference[] => {
  const refused = new Set(issues.filter(isError).map(({ expression }) => expression));
  return references.filter(({ expression }) => !refused.has(`${expression}.reference`));
};

/** The answer of the rule as it is stored; a resource with a new id has none. */
const storedAnswer = async (
  deps: Deps,
  rule: InsuranceRule,
  target: WriteTarget,
): Promise<StoredVersion | undefined> =>
  rule.answer === undefined
    ? undefined
    : serverOf(deps).store.read({ resourceType: rule.answer.resourceType, id: target.id });

interface Judged {
  identities: readonly Identity[];
  /** What must be there beside what the resource names. */
  references?: readonly LocalReference[];
  answer?: { resource: Resource; versionId: number };
  /** What else changes with the resource, each over the version that its meta names. */
  effects?: readonly Resource[];
  /** What the decision rests on. */
  nothingNew?: readonly NewestCondition[];
}

/** Lets the insurance rule of the type judge the resource and build its answer. @throws {FhirError} 422 business-rule */
const applyInsurance = async (
  deps: Deps,
  rule: InsuranceRule,
  parsed: ParsedResource,
  target: WriteTarget,
): Promise<Judged> => {
  const { resource, exact } = parsed;
  const stored = target.method === 'POST' ? undefined : await storedAnswer(deps, rule, target);
  const { context, nothingNew } = await insuranceContext(deps, rule, resource, target.id, target.previous);
  if (target.previous !== undefined) context.previous = target.previous;
  if (stored !== undefined && stored.method !== 'DELETE') {
    context.previousAnswer = parseExact(stored.body) as Resource;
  }
  const issues = rule.judge?.(exact, context) ?? [];
  if (issues.length > 0) throw refuseResource(issues);
  const judged: Judged = { identities: rule.identities?.(resource) ?? [], nothingNew };
  const answer = rule.answer?.build(exact, context);
  if (rule.effects !== undefined) judged.effects = rule.effects(exact, context, answer);
  if (answer !== undefined) judged.answer = { resource: answer, versionId: (stored?.versionId ?? 0) + 1 };
  return judged;
};

/** Refuses what is outside the rows of a client, or refers to what it may not see as to what is not there. @throws {FhirError} 403, 422 */
const requireAccess = async (
  deps: Deps,
  type: TypeCapability,
  { resource }: ParsedResource,
  { target, index }: { target: WriteTarget; index: readonly IndexEntry[] },
): Promise<void> => {
  const { resourceType } = type;
  const permission = target.method === 'POST' ? 'create' : 'update';
  await requireWithinRows(deps, { resourceType, id: target.id }, index, permission);
  const hidden = await hiddenReferences(deps, resource);
  if (hidden.length === 0) return;
  const unresolved = await unresolvedReferences(deps, localReferences(deps, type, resource));
  throw refuseResource(
    unresolved.length > 0
      ? unresolved
      : missingReferenceIssues(
          hidden,
          hidden.map(({ key }) => key),
        ),
  );
};

/**
 * Judges a resource and commits it with all that belongs to it (identities, the insurance answer, its effects) as one unit. What others are judged by
 * is known when this returns. The caller turns the store's result into an answer: a create and an update read it differently. A
 * trial goes the same way and stores nothing.
 * @throws {FhirError} 422 for a part of a resource; 422 with every issue found, where validation, references or insurance rules refuse the resource
 */
export const write = async (
  deps: Deps,
  type: TypeCapability,
  parsed: ParsedResource,
  target: WriteTarget,
): Promise<Written> => {
  const { resourceType } = type;
  const { resource } = parsed;
  requireWhole(resource);
  const profiles = type.profile === undefined ? [] : [type.profile];
  const issues =
    parsed.text.length < LARGE
      ? deps.validator.validate(resource, profiles, parsed.written)
      : await deps.validationProcesses.run('validate', { text: parsed.text, profiles });
  if (issues.some(isError)) {
    const references = localReferences(deps, type, resource);
    throw refuseResource([...issues, ...(await unresolvedReferences(deps, notRefused(references, issues)))]);
  }

  const prepared = await deps.preparations.get(resourceType)?.(deps, parsed, target.id);
  const index = deps.extract(prepared?.parsed.resource ?? resource);
  if (deps.access !== undefined) await requireAccess(deps, type, parsed, { target, index });

  const warnings = type.warnOfReferences ? await referenceWarnings(deps, type, resource) : [];
  const defines = DEFINITION_TYPES.has(resourceType);
  const rule = deps.insuranceRules.get(resourceType);
  const judged: Judged = defines
    ? await judgeDefinition(deps, resource, target.id)
    : rule === undefined
      ? { identities: [] }
      : await applyInsurance(deps, rule, parsed, target);
  const { identities, answer, references: demanded = [], effects = [], nothingNew = [] } = judged;

  const mustExist = enforcedTargets(deps, type, resource);
  index.push(...deps.references.others(resourceType, mustExist, index));
  for (const { key } of demanded) mustExist.push(key);
  const indexOfAnswer = answer === undefined ? [] : entriesOfAnswer(deps, answer.resource, mustExist);
  // Nothing waits between here and the commit, so that the order of lastUpdated is the order of commits.
  const lastUpdated = deps.now();
  const { id, method } = target;
  const version: VersionHead = { resourceType, id, versionId: target.previousVersionId + 1, lastUpdated };
  const text = stampResource(prepared?.parsed ?? parsed, version);
  const change: Change = { ...version, method, text, index, identities: identities.map(({ key }) => key) };
  if (target.ifNoneExist !== undefined) change.ifNoneExist = target.ifNoneExist;
  const changes = [change];
  if (answer !== undefined) {
    const head = { resourceType: answer.resource.resourceType, id, versionId: answer.versionId, lastUpdated };
    changes.push({ ...head, method, text: printResource(answer.resource, head), index: indexOfAnswer });
  }
  if (prepared !== undefined) changes.push(...prepared.changes(lastUpdated));
  let written = { version, text };
  for (const effect of effects) {
    const further = effectChange(deps, effect, version);
    changes.push({ ...further, follows: true });
    if (further.resourceType === resourceType && further.id === id) {
      written = { version: { ...version, versionId: further.versionId }, text: further.text };
    }
  }
  const unit: Unit = { changes, mustExist };
  if (target.matches !== undefined) unit.matches = [target.matches];
  if (nothingNew.length > 0) unit.nothingNew = nothingNew;
  if (target.isTrial) unit.isTrial = true;
  const result = await commitUnit(deps, unit);
  if (result.outcome === 'references-missing') {
    const references = [...localReferences(deps, type, resource), ...demanded];
    throw refuseResource(missingReferenceIssues(references, result.missing));
  }
  if (defines) await deps.readDefinitions();
  return { result, ...written, issues: warnings.length === 0 ? issues : [...issues, ...warnings], identities };
};
