import { batchRun } from './batch-run.ts';
import { metaAdd, metaDelete } from './change-meta.ts';
import { duplicates } from './duplicates.ts';
import { evaluateMeasure } from './evaluate-measure.ts';
import { everything } from './everything.ts';
import { expand } from './expand.ts';
import { healthCardsIssue } from './health-cards-issue.ts';
import { ihePix } from './ihe-pix.ts';
import { insuranceSteps } from './insurance-steps.ts';
import { jsonSchema } from './json-schema.ts';
import { lookup } from './lookup.ts';
import { match } from './match.ts';
import { merge } from './merge.ts';
import { meta } from './meta.ts';
import type { Operation } from './operation.ts';
import { premium } from './premium.ts';
import { purge } from './purge.ts';
import { screen } from './screen.ts';
import { snapshot } from './snapshot.ts';
import { submit } from './submit.ts';
import { subscriptionEvents } from './subscription-events.ts';
import { subscriptionStatus } from './subscription-status.ts';
import { subscriptionTopics } from './subscription-topics.ts';
import { subsumes } from './subsumes.ts';
import { unmatched } from './unmatched.ts';
import { unmerge } from './unmerge.ts';
import { validate } from './validate.ts';
import { validateCode } from './validate-code.ts';

/** Every operation that the code can do, by its code. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [
    batchRun,
    duplicates,
    evaluateMeasure,
    everything,
    expand,
    healthCardsIssue,
    ihePix,
    ...insuranceSteps,
    jsonSchema,
    lookup,
    match,
    merge,
    meta,
    metaAdd,
    metaDelete,
    premium,
    purge,
    screen,
    snapshot,
    submit,
    subscriptionEvents,
    subscriptionStatus,
    subscriptionTopics,
    subsumes,
    unmatched,
    unmerge,
    validate,
    validateCode,
  ].map(operation => [operation.code, operation]),
);
