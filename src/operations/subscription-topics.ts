import type { ParametersParameter } from 'fhir/r4.js';
import { canonicalOf, TOPICS, type Topic } from '../subscriptions/topics.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';

const optional = (name: string, valueString: string | undefined): ParametersParameter[] =>
  valueString === undefined ? [] : [{ name, valueString }];

const parameterOf = (topic: Topic): ParametersParameter => ({
  name: 'topic',
  part: [
    { name: 'url', valueUri: canonicalOf(topic) },
    { name: 'title', valueString: topic.title },
    { name: 'description', valueString: topic.description },
    { name: 'resource', valueCode: topic.resourceType },
    ...topic.interactions.map(valueCode => ({ name: 'supportedInteraction', valueCode })),
    ...optional('previous', topic.previous),
    ...optional('current', topic.current),
    ...topic.filters.map(valueString => ({ name: 'canFilterBy', valueString })),
  ],
});

/** Lists what can be subscribed to by name, as a SubscriptionTopic of R5 says it. http://hl7.org/fhir/R5/subscriptiontopic.html */
export const subscriptionTopics: Operation = {
  code: 'topics',
  levels: new Set(['type']),
  affectsState: false,
  run: async (deps, request) => {
    readOperationInput(request, {}, deps.settings.maxDepth);
    const served = TOPICS.filter(({ resourceType }) => deps.capability.types.has(resourceType));
    return parametersResult(served.map(parameterOf));
  },
};
