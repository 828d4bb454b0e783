import { formatInstant } from '../../fhir/datetime.ts';
import { FhirError } from '../../fhir/fhir-error.ts';
import { parseJson } from '../../fhir/parse-json.ts';
import { isJsonObject } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import { type Outgoing, OutgoingError } from '../../security/outgoing.ts';
import type { Exchange } from '../connector/exchange.ts';
import type { Form } from './form-settings.ts';
import { readSubmission } from './read-submission.ts';
import { type TakeContext, type Taken, takeSubmission } from './take-submission.ts';

/** What asking for the submissions of a form needs. */
export interface AskContext extends TakeContext {
  form: Form;
  /** Of the KoboToolbox. */
  url: string;
  /** Tokens of its API; the first is used. */
  tokens: () => Promise<readonly string[]>;
  outgoing: Outgoing;
  /** Is told how it went. */
  tell: (told: Pick<Exchange, 'outcome' | 'message' | 'reason'>) => void;
}

const ASKED_TYPE = 'kiungo-kobo-asked';
const PAGE = 100;
const MOST_PAGES = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** KoboToolbox has not answered as it does. Its text is for the operator. */
class NoAnswer extends Error {}

const pageOf = async (
  { deps, form, url, tokens, outgoing }: AskContext,
  { since, start }: { since: number; start: number },
): Promise<readonly unknown[]> => {
  const after = formatInstant(since).slice(0, 19);
  const parameters = new URLSearchParams({
    ...{ limit: String(PAGE), start: String(start), sort: '{"_id":1}' },
    ...(since <= 0 ? {} : { query: JSON.stringify({ _submission_time: { $gte: after } }) }),
  });
  const [token = ''] = await tokens();
  const { status, body } = await outgoing({
    url: `${url}/api/v2/assets/${form.uid}/data.json?${parameters}`,
    headers: { accept: 'application/json', authorization: `Token ${token}` },
    ...{ maxBytes: MOST_BYTES, timeoutMs: 60_000 },
  });
  if (status !== 200) throw new NoAnswer(`KoboToolbox answered with status ${status}`);
  let answer: unknown;
  try {
    answer = parseJson(body, deps.settings.maxDepth).value;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new NoAnswer('KoboToolbox did not answer with JSON');
  }
  if (!isJsonObject(answer) || !Array.isArray(answer.results))
    throw new NoAnswer('KoboToolbox answered without results');
  return answer.results;
};

type Counts = Record<Taken | 'unreadable', number>;

/** One that not even its Task can be stored of keeps nobody from the others. */
const take = async (context: AskContext, told: unknown): Promise<keyof Counts> => {
  const submission = readSubmission(told);
  if (submission === undefined) return 'unreadable';
  try {
    return await takeSubmission(context, context.form, submission, 'as it is');
  } catch (error) {
    if (error instanceof FhirError && error.status < 500) return 'unreadable';
    throw error;
  }
};

const takeAll = async (context: AskContext, since: number): Promise<Counts> => {
  const counts: Counts = { unchanged: 0, created: 0, updated: 0, invalid: 0, edited: 0, unreadable: 0 };
  for (let page = 0; page < MOST_PAGES; page++) {
    const results = await pageOf(context, { since, start: page * PAGE });
    for (const told of results) {
      counts[await take(context, told)]++;
    }
    if (results.length < PAGE) return counts;
  }
  throw new NoAnswer(`There are more than ${MOST_PAGES} pages`);
};

/**
 * Asks for the submissions of a form since it was asked last, and for those of the days before, because edits keep the time of the submission. Of several
 * processes one asks in an hour. What was taken stays where the answers end on their way; the next time asks for the same again.
 */
export const askForSubmissions = async (context: AskContext): Promise<void> => {
  const { deps, form, tell } = context;
  const from = deps.now();
  const hour = Math.floor(from / HOUR_MS);
  const once = { name: `kobo ${form.uid} ${hour}`, from, until: (hour + 2) * HOUR_MS };
  if ((await deps.store.commit({ changes: [], once })).outcome !== 'committed') return;
  const key = { resourceType: ASKED_TYPE, id: form.uid };
  const version = await deps.store.read(key);
  const { at } = version === undefined ? { at: 0 } : (JSON.parse(version.body) as { at: number });
  try {
    const counts = await takeAll(context, at - form.days * DAY_MS);
    await saveAsked(deps, key, { over: version?.versionId ?? 0, at: from });
    const left = counts.invalid + counts.unreadable;
    tell({
      outcome: 'delivered',
      message: Object.entries(counts)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
      ...(left === 0 ? {} : { reason: `${left} submissions cannot be stored: the Tasks that are on hold say why` }),
    });
  } catch (error) {
    if (!(error instanceof NoAnswer) && !(error instanceof OutgoingError)) throw error;
    tell({ outcome: 'failed', message: form.uid, reason: error.message });
  }
};

const saveAsked = (
  { store, now }: Pick<Deps, 'store' | 'now'>,
  key: { resourceType: string; id: string },
  { over, at }: { over: number; at: number },
) => {
  const head = { ...key, versionId: over + 1, lastUpdated: now(), method: over === 0 ? 'POST' : 'PUT' } as const;
  return store.commit({ changes: [{ ...head, text: JSON.stringify({ at }), index: [] }] });
};
