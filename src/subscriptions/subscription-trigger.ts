import { refuse } from '../fhir/fhir-error.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import type { Deps } from '../interactions/context.ts';
import { searchSettings } from '../interactions/search-settings.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Condition } from '../search/query.ts';
import type { SubscriptionForm } from './subscription-form.ts';
import { canonicalOf, TOPICS, type Topic, topicOf } from './topics.ts';

/** What makes an event of a change, compiled from criteria or from a topic with its filters. */
export interface Trigger {
  resourceType: string;
  topic?: Topic;
  interactions: ReadonlySet<'create' | 'update' | 'delete'>;
  /** What the version must match; a deletion is judged by the version before it. */
  current: readonly Condition[];
  /** What the version before must match, if there was one. */
  previous: readonly Condition[];
}

const conditionsOf = (deps: Deps, resourceType: string, query: string): readonly Condition[] => {
  const parameters = [...new URLSearchParams(query)];
  const { query: parsed, includes } = parseSearch({
    ...searchSettings(deps, resourceType),
    parameters,
    handling: 'strict',
  });
  if (includes.length > 0 || parsed.sort.length > 0) {
    throw refuse('search-parameter-invalid', 'Criteria say which resources are meant: without _include and _sort.');
  }
  return parsed.where;
};

const CRITERIA = /^([A-Za-z]+)(?:\?(.*))?$/s;

const searchTrigger = (deps: Deps, criteria: string): Trigger => {
  const [, resourceType, query = ''] = CRITERIA.exec(criteria) ?? [];
  if (resourceType === undefined) {
    throw refuse(
      'search-parameter-invalid',
      `Criteria are a search without the base, like Claim?status=active, or the url of a topic, like ${canonicalOf(TOPICS[0]!)}.`,
    );
  }
  const current = conditionsOf(deps, resourceType, query);
  return { resourceType, interactions: new Set(['create', 'update']), current, previous: [] };
};

const topicTrigger = (deps: Deps, topic: Topic, filters: readonly string[]): Trigger => {
  const { resourceType, interactions, current = '', previous = '' } = topic;
  const filtered = filters.flatMap(filter => {
    const [, type, query = ''] = CRITERIA.exec(filter) ?? [];
    const names = [...new URLSearchParams(query).keys()].map(name => name.replace(/[:.].*$/s, ''));
    const other = names.find(name => !topic.filters.includes(name));
    if (type !== resourceType || names.length === 0 || other !== undefined) {
      throw refuse(
        'search-parameter-unknown',
        `Filters of this topic are searches like ${resourceType}?${topic.filters[0]}=..., by ${topic.filters.join(', ')}.`,
      );
    }
    return conditionsOf(deps, resourceType, query);
  });
  return {
    ...{ resourceType, topic, interactions: new Set(interactions) },
    current: [...conditionsOf(deps, resourceType, current), ...filtered],
    previous: conditionsOf(deps, resourceType, previous),
  };
};

/**
 * Refuses what a client could not search for by itself: a type that it may not search, or finds by exact values only.
 * @throws {FhirError} 403
 */
const requireSearch = ({ access }: Deps, resourceType: string): void => {
  if (access === undefined) return;
  const isListed = access.may(resourceType, 'search') && (access.rule(resourceType)?.exact.size ?? 0) === 0;
  if (isListed) return;
  throw refuse('access-denied', `This client may not list ${resourceType}, and so is not told of them either.`);
};

/** Compiles what a Subscription waits for. @throws {FhirError} where its criteria or filters are none of this server */
export const readTrigger = (deps: Deps, { criteria, filters }: SubscriptionForm): Trigger => {
  const topic = topicOf(criteria);
  if (topic !== undefined) {
    requireSearch(deps, topic.resourceType);
    return topicTrigger(deps, topic, filters);
  }
  if (criteria.includes(':') && URL.canParse(criteria) && !criteria.includes('?')) {
    const nearest = nearestName(criteria, TOPICS.map(canonicalOf));
    throw refuse(
      'search-parameter-unknown',
      `There is no topic with this url${nearest === undefined ? '' : `; did you mean ${nearest}?`} Subscription/$topics lists those that there are.`,
    );
  }
  if (filters.length > 0) {
    throw refuse('search-parameter-invalid', 'Filters are for topics. Put them into the criteria, which are a search.');
  }
  const trigger = searchTrigger(deps, criteria);
  requireSearch(deps, trigger.resourceType);
  return trigger;
};
