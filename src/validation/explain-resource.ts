import { nearestName } from '../fhir/nearest-name.ts';
import { isJsonObject, type Resource } from '../fhir/resource.ts';
import { profileClaims } from './claimed-profiles.ts';
import { isOwnId, repeatedId } from './element-ids.ts';
import { judgeObject } from './judge-object.ts';
import type { Judgement } from './judgement.ts';
import { foundType } from './messages.ts';
import type { ProfileReference, Scope } from './plan.ts';
import type { Plans } from './plans.ts';
import type { Report } from './report.ts';
import { nestedScope } from './scope.ts';
import { isIdAlone } from './twins.ts';

/** What finding every fault needs from the rest of validation. */
export interface Explanation {
  plans: Plans;
  resourceTypes: readonly string[];
  /** Fast judgement of a value that is valid by its type. */
  isConform(value: unknown, profile: ProfileReference, scope: Scope): boolean;
  /** Fast judgement of a contained or bundled resource. */
  isValid(resource: Resource, scope: Scope): boolean;
  /** Look for warnings in resources inside that are valid. */
  thorough: boolean;
}

/**
 * Reports every fault of a resource and of those inside it: by type, by `profiles` and by its claims. Reports an error exactly when
 * the generated checks say no.
 */
export function explainResource(
  resource: Resource,
  profiles: readonly string[],
  scope: Scope,
  report: Report,
  explanation: Explanation,
  path?: string,
): void {
  const { plans } = explanation;
  const { resourceType } = resource;
  if (typeof resourceType !== 'string' || !plans.isResourceType(resourceType)) {
    reportType(resourceType, path, report, explanation);
    return;
  }
  const where = path ?? resourceType;
  const before = report.errors;
  judgeObject(plans.type(resourceType).plan, resource, where, judgementOf(scope, report, explanation, true));
  const judgement = judgementOf(scope, report, explanation, report.errors === before);
  for (const url of profiles) {
    const profile = plans.profile(url);
    if (profile.type !== undefined) judgeByProfile(resource, profile, where, judgement, plans);
    else
      report.error(
        'profile-unknown',
        where,
        `The profile ${url} is not loaded on this server, so nothing can be judged by it. Check its URL; the server's operator can load the FHIR package that it is in (KIUNGO_PACKAGES).`,
      );
  }
  for (const [index, url] of profileClaims(resource).entries()) {
    if (typeof url !== 'string') continue;
    const profile = plans.profile(url);
    if (profile.type !== undefined) judgeByProfile(resource, profile, where, judgement, plans);
    else {
      const text = `The profile ${url} is not loaded here, so the resource was not judged by it.`;
      report.warning('profile-unknown', `${where}.meta.profile[${index}]`, text);
    }
  }
}

function reportType(found: unknown, path: string | undefined, report: Report, { resourceTypes }: Explanation): void {
  const where = path === undefined ? 'Resource' : path;
  if (typeof found !== 'string') {
    const text = found === undefined ? 'is missing' : `must be text, but ${foundType(found)} was found`;
    report.error(
      'resource-type-unknown',
      where,
      `\`resourceType\` ${text}. Give it the name of an R4 resource type, such as \`Claim\`.`,
    );
    return;
  }
  const nearest = nearestName(found, resourceTypes);
  const hint = nearest === undefined ? '' : ` Did you mean \`${nearest}\`?`;
  report.error('resource-type-unknown', where, `\`resourceType\` names no R4 resource type.${hint}`);
}

function judgeByProfile(
  value: unknown,
  profile: ProfileReference,
  path: string,
  judgement: Judgement,
  plans: Plans,
): void {
  const { report } = judgement;
  if (
    isJsonObject(value) &&
    typeof value.resourceType === 'string' &&
    profile.type !== undefined &&
    value.resourceType !== profile.type &&
    !plans.isAnyResource(profile.type)
  ) {
    report.error(
      'profile-type',
      path,
      `A ${profile.type} is needed here (profile ${profile.url}), but a resource of another type was found.`,
    );
    return;
  }
  if (profile.reference !== undefined && isJsonObject(value)) judgement.object(profile.reference.plan, value, path);
}

function judgementOf(scope: Scope, report: Report, explanation: Explanation, sound: boolean): Judgement {
  const { plans, isConform } = explanation;
  const element = plans.type('Element');
  const judgement: Judgement = {
    scope,
    report,
    sound,
    object: (plan, value, path, place) => judgeObject(plan, value, path, judgement, place),
    resource(value, path) {
      if (!isJsonObject(value)) {
        report.error('type-wrong', path, `This must be a resource ({...}), but ${foundType(value)} was found.`);
        return;
      }
      const inner = value as Resource;
      const innerScope = nestedScope(inner, scope);
      if (explanation.thorough || !explanation.isValid(inner, innerScope)) {
        explainResource(inner, [], innerScope, report, explanation, path);
      }
    },
    conforms(value, profile, path) {
      if (profile.type === undefined) {
        report.warning(
          'profile-unknown',
          path,
          `The profile ${profile.url} is not loaded here, so the value was not judged by it.`,
        );
      } else judgeByProfile(value, profile, path, judgement, plans);
    },
    conformsQuietly: (value, profile) => !sound || isConform(value, profile, scope),
    twin(value, main, path, place) {
      if (isJsonObject(value)) {
        const enough = main !== undefined && main !== null && isIdAlone(value);
        if (!enough) judgement.object(element.plan, value, path, place);
        else if (!isOwnId(value.id, value, scope)) report.error('id-repeated', `${path}.id`, repeatedId);
      } else
        report.error(
          'type-wrong',
          path,
          `What stands beside a primitive must be an object ({...}) with its id or extensions, but ${foundType(value)} was found.`,
        );
    },
  };
  return judgement;
}
