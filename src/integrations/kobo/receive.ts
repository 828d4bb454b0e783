import { createHash, timingSafeEqual } from 'node:crypto';
import { FhirError } from '../../fhir/fhir-error.ts';
import { parseJson } from '../../fhir/parse-json.ts';
import type { Exchange } from '../connector/exchange.ts';
import type { KoboSettings } from './form-settings.ts';
import { readSubmission } from './read-submission.ts';
import { type TakeContext, takeSubmission } from './take-submission.ts';

/** What KoboToolbox sends to the address of a form. */
export interface Posted {
  form: string;
  authorization: string | undefined;
  body: Buffer;
}

/** What it is answered, and what the operator is told. */
export interface Answered extends Pick<Exchange, 'outcome' | 'message' | 'reason'> {
  status: 200 | 400 | 401 | 404;
}

/** What receiving needs. */
export interface ReceiveContext extends TakeContext {
  settings: KoboSettings;
  /** `user:password` by which KoboToolbox proves itself, the current one first. */
  secrets: () => Promise<readonly string[]>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isProven = (secrets: readonly string[], authorization = ''): boolean => {
  const given = digest(authorization);
  const expected = secrets.map(secret => digest(`Basic ${Buffer.from(secret).toString('base64')}`));
  return expected.map(each => timingSafeEqual(each, given)).includes(true);
};

const refused = (status: Answered['status'], reason: string): Answered => ({
  ...{ status, reason, outcome: 'refused', message: 'none' },
});

const jsonOf = (body: Buffer, maxDepth: number): unknown => {
  try {
    return parseJson(body, maxDepth).value;
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
};

/**
 * Takes a new submission. Answers 200 also where it cannot be stored as it is: a Task has it then, and sending it again would help nobody.
 * @throws {FhirError} 5xx: KoboToolbox sends it again
 */
export const receive = async (
  context: ReceiveContext,
  { form: uid, authorization, body }: Posted,
): Promise<Answered> => {
  if (!isProven(await context.secrets(), authorization)) return refused(401, 'The user or the password is wrong.');
  const form = context.settings.forms.get(uid);
  if (form === undefined) return refused(404, 'The form is none of KIUNGO_KOBO_FORMS.');
  const submission = readSubmission(jsonOf(body, context.deps.settings.maxDepth));
  if (submission === undefined) return refused(400, 'The body is no submission: JSON with _uuid and _submission_time.');
  const taken = await takeSubmission(context, form, submission, 'as it was created');
  const message = submission.uuid;
  if (taken === 'unchanged') return { status: 200, outcome: 'repeated', message };
  if (taken !== 'invalid') return { status: 200, outcome: 'delivered', message };
  return { status: 200, outcome: 'delivered', message, reason: 'A submission cannot be stored: its Task says why' };
};
