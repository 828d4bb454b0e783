import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the peer behaves: as it should, or not at all. */
export type KoboMood = 'well' | 'away';

/** A submission as its API and its REST Services have it. */
export type KoboSubmission = Readonly<Record<string, unknown>> & { readonly _uuid: string; readonly _id: number };

/** KoboToolbox with one form, in this process. */
export interface KoboPeer {
  url: string;
  /** What was asked of its API. */
  readonly asked: readonly URL[];
  mood(mood: KoboMood): void;
  /** Takes a submission of an enumerator. Nobody is told. */
  submit(answers: Record<string, unknown>): KoboSubmission;
  /** Changes answers: the submission gets another `_uuid`, and keeps its time and its `meta/rootUuid`. Nobody is told. */
  edit(submission: KoboSubmission, answers: Record<string, unknown>): KoboSubmission;
  /** Tells a server of a submission, as REST Services do. Gives the status. */
  post(url: string, body: unknown, login?: string): Promise<number>;
  close(): Promise<void>;
}

export const KOBO_FORM = 'aKoboForm1';
export const KOBO_TOKEN = 'token-of-the-scheme';
export const KOBO_LOGIN = 'kobo:secret';

/** Starts the peer on a free port, or on a given one. */
export const startKobo = async (port = 0): Promise<KoboPeer> => {
  const submissions: KoboSubmission[] = [];
  const asked: URL[] = [];
  let mood: KoboMood = 'well';

  const answerTo = (url: URL, authorization: string | undefined): [number, unknown] => {
    if (mood === 'away') return [503, { detail: 'Service Unavailable' }];
    if (authorization !== `Token ${KOBO_TOKEN}`) return [401, { detail: 'Invalid token.' }];
    if (url.pathname !== `/api/v2/assets/${KOBO_FORM}/data.json`) return [404, { detail: 'Not found.' }];
    asked.push(url);
    const { searchParams } = url;
    const query = JSON.parse(searchParams.get('query') ?? '{}') as { _submission_time?: { $gte: string } };
    const since = query._submission_time?.$gte ?? '';
    const found = submissions.filter(each => String(each._submission_time) >= since);
    const start = Number(searchParams.get('start') ?? 0);
    const results = found.slice(start, start + Number(searchParams.get('limit') ?? 100));
    return [200, { count: found.length, next: null, previous: null, results }];
  };
  const server = createServer((request, response) => {
    const [status, body] = answerTo(new URL(request.url!, 'http://peer'), request.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    mood: next => {
      mood = next;
    },
    submit: answers => {
      const uuid = randomUUID();
      const submission = {
        ...{ _id: submissions.length + 1, _uuid: uuid, 'formhub/uuid': randomUUID().replaceAll('-', '') },
        ...{ 'meta/instanceID': `uuid:${uuid}`, 'meta/rootUuid': `uuid:${uuid}`, _xform_id_string: KOBO_FORM },
        ...{ _submission_time: new Date().toISOString().slice(0, 19), _status: 'submitted_via_web', ...answers },
      };
      submissions.push(submission);
      return submission;
    },
    edit: (submission, answers) => {
      const uuid = randomUUID();
      const edited = { ...submission, ...answers, _uuid: uuid, 'meta/deprecatedID': submission['meta/instanceID'] };
      submissions[submission._id - 1] = edited;
      return edited;
    },
    post: async (url, body, login = KOBO_LOGIN) => {
      const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
      const { status } = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return status;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
