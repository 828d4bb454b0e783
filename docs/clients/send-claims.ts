import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Sends every claim of a queue folder, one file each, until the folder is empty, and lives through broken lines, restarts of the server,
 * and being killed itself. `sent/` gets what the server stored, `refused/` the claim and, as `.outcome.json`, what a person has to
 * correct. Write new claims under another ending and rename them to `.json` when they are whole.
 *
 *     node send-claims.ts https://hie.example/fhir ./queue
 */
export interface Sending {
  /** Base of the FHIR API, without a slash at its end. */
  base: string;
  folder: string;
  /** Gets a line for each thing that happens; never a person's data. */
  tell: (line: string) => void;
  /** Where the server asks who sends: `fetchWithToken` of get-token.ts. */
  fetch?: typeof fetch;
  timeoutMs?: number;
  /** The pause after the first failure; doubled with each further one. */
  pauseMs?: number;
  maxPauseMs?: number;
}

type Resource = { resourceType: string; id?: string };
type Answer = { status: number; resource: Resource; retryAfterMs: number };

/** The claim is at fault: set it aside for a person, and go on with the others. */
const REFUSED = new Set([400, 409, 412, 413, 422]);
/** Address, password or client are at fault, and every other claim would fail the same way: stop. */
const SET_UP_WRONG = new Set([401, 403, 404, 405, 406, 415]);

/** Undefined where no FHIR server answered: no line, time-out, or the page of a proxy or of a telephone company, whatever its status. */
const send = async (call: typeof fetch, base: string, text: string, timeoutMs: number): Promise<Answer | undefined> => {
  try {
    const response = await call(`${base}/Claim`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json', accept: 'application/fhir+json' },
      body: text,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const resource = (await response.json()) as Resource;
    const { status, headers } = response;
    const isOurs = resource.resourceType === (response.ok ? 'Claim' : 'OperationOutcome');
    return isOurs ? { status, resource, retryAfterMs: 1000 * Number(headers.get('retry-after') ?? 0) || 0 } : undefined;
  } catch {
    return undefined;
  }
};

/** A file is there whole or not at all, even if the power fails. */
const store = async (path: string, content: unknown): Promise<void> => {
  await writeFile(`${path}.part`, JSON.stringify(content, null, 2), { flush: true });
  await rename(`${path}.part`, path);
};

/** @throws {Error} where the set-up is wrong, so that no claim can be sent; all of them stay in the queue */
export const sendClaims = async (sending: Sending): Promise<void> => {
  const { base, folder, tell, fetch: call = fetch, timeoutMs = 60_000, pauseMs = 2000, maxPauseMs = 600_000 } = sending;
  const [sent, refused] = [join(folder, 'sent'), join(folder, 'refused')];
  for (const each of [sent, refused]) await mkdir(each, { recursive: true });
  let failures = 0;
  for (;;) {
    const files = (await readdir(folder)).filter(name => name.endsWith('.json')).sort();
    if (files.length === 0) return;
    let retryAfterMs = 0;
    let mustWait = false;
    for (const file of files) {
      const answer = await send(call, base, await readFile(join(folder, file), 'utf8'), timeoutMs);
      if (answer !== undefined && SET_UP_WRONG.has(answer.status)) throw new Error(`${answer.status} from ${base}`);
      if (answer?.status === 200 || answer?.status === 201) {
        await store(join(sent, file), answer.resource);
        await rm(join(folder, file));
        failures = 0;
      } else if (answer !== undefined && REFUSED.has(answer.status)) {
        await store(join(refused, file.replace(/json$/, 'outcome.json')), answer.resource);
        await rename(join(folder, file), join(refused, file));
      } else {
        mustWait = true;
        retryAfterMs = answer?.retryAfterMs ?? 0;
      }
      tell(`${file}: ${answer?.status ?? 'no answer'}`);
      // A bug (500) may be about this claim alone; whatever else has to wait is about all of them.
      if (mustWait && answer?.status !== 500) break;
    }
    if (!mustWait) continue;
    // A random part keeps a hundred facilities from coming back in the same second.
    const backOffMs = Math.min(maxPauseMs, pauseMs * 2 ** failures++) * (0.5 + Math.random() / 2);
    await wait(Math.max(backOffMs, retryAfterMs));
  }
};

const [, , base, folder] = process.argv;
if (import.meta.main && base !== undefined && folder !== undefined) {
  await sendClaims({ base, folder, tell: line => process.stdout.write(`${line}\n`) });
}
