import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { pino } from 'pino';
import supertest from 'supertest';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { readDemoScheme } from '../../scripts/demo/scheme.ts';
import { type App, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { isJsonObject, type JsonObject, type Resource } from '../../src/fhir/resource.ts';

/** The answer to a request; `body` is its JSON, `text` its very bytes. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  body: Resource;
}

type Method = 'get' | 'head' | 'options' | 'post' | 'put' | 'patch' | 'delete';
type Headers = Readonly<Record<string, string>>;
/** A resource is sent as FHIR JSON; text and bytes too, unless the headers say otherwise. */
type Body = JsonObject | string | Buffer;

export interface TestServer {
  readonly app: App;
  /** Base of the FHIR API. */
  readonly url: string;
  /** The lines that were logged since the start. */
  readonly log: readonly string[];
  /** `path` is below the FHIR base, or absolute. What FHIR JSON is answered whole is valid R4, or the test fails. */
  send(method: Method, path: string, body?: Body, headers?: Headers): Promise<Answer>;
  get(path: string, headers?: Headers): Promise<Answer>;
  post(path: string, body: Body, headers?: Headers): Promise<Answer>;
  put(path: string, body: Body, headers?: Headers): Promise<Answer>;
  delete(path: string, headers?: Headers): Promise<Answer>;
  /** Writes bytes to a socket as they are and gives all that comes back until the server hangs up. */
  raw(bytes: string | Buffer): Promise<string>;
}

const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** R4's own definitions are kept without prose, and so without the reasons for modifiers that this invariant asks for. */
const WITHOUT_PROSE = 'Rule eld-18 ';

/** What the server's own validator finds wrong in a served body, by profiles that it claims too. */
const faultsOf = ({ deps }: App, body: Resource): string[] =>
  deps.validator
    .validate(body, [])
    .filter(({ severity, diagnostics }) => severity === 'error' && !diagnostics.startsWith(WITHOUT_PROSE))
    .map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`);

const clientOf = (app: App, log: readonly string[]): TestServer => {
  const send: TestServer['send'] = async (method, path, body, headers = {}) => {
    const isUrl = path.startsWith('http://');
    const test = supertest(isUrl ? '' : app.url)[method](isUrl || path.startsWith('/') ? path : `/${path}`);
    if (body !== undefined) {
      test.set('content-type', 'application/fhir+json');
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      test.serialize(() => bytes as unknown as string).send(bytes);
    }
    const { status, headers: received, text = '', body: parsed } = await test.set(headers);
    // A part of a resource need not be valid, and says that it is one.
    const isJudged = received['content-type'] === FHIR_JSON && method !== 'head' && !text.includes('"SUBSETTED"');
    if (isJudged) expect(faultsOf(app, parsed), path).toEqual([]);
    return { status, headers: received, text, body: parsed as Resource };
  };
  return {
    app,
    url: app.url,
    log,
    send,
    get: (path, headers) => send('get', path, undefined, headers),
    post: (path, body, headers) => send('post', path, body, headers),
    put: (path, body, headers) => send('put', path, body, headers),
    delete: (path, headers) => send('delete', path, undefined, headers),
    raw: bytes =>
      new Promise((resolve, reject) => {
        let answer = '';
        const socket = connect(Number(new URL(app.url).port), '127.0.0.1', () => socket.write(bytes));
        socket.setEncoding('utf8').on('data', text => {
          answer += text;
        });
        socket.on('close', () => resolve(answer)).on('error', reject);
      }),
  };
};

/** The server of `npm run test:mongodb`. */
const mongodb = inject('mongodb');

/** The URL of a store that nobody else has. */
const emptyStore = (): string =>
  mongodb === undefined ? 'sqlite::memory:' : `${mongodb.url}/http-${randomUUID().slice(0, 8)}`;

/** Starts the real server on a free port and a store of its own. The caller closes it. */
export const startServer = async (environment: Headers = {}): Promise<TestServer> => {
  const log: string[] = [];
  const config = readConfig({ KIUNGO_PORT: '0', KIUNGO_STORE: emptyStore(), ...environment });
  return clientOf(await startApp(config, pino({ base: null }, { write: line => log.push(line) })), log);
};

/** A server for all tests of a file, started before and closed after them. */
export const useServer = (environment: Headers = {}): TestServer => {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startServer(environment);
  });
  afterAll(() => server?.app.close());
  return new Proxy({} as TestServer, { get: (_target, name: keyof TestServer) => server![name] });
};

/** The year that the demo scheme's coverages are in force in. */
export const YEAR = new Date().getUTCFullYear();

/** Stores the demo scheme: places, facilities, services, drugs, families, coverages. */
export const loadScheme = async (server: TestServer): Promise<void> => {
  for (const resource of await readDemoScheme(YEAR)) {
    const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
    expect(status, text).toBe(201);
  }
};

/** The resources of a Bundle's entries. */
export const resourcesOf = (bundle: Resource): Resource[] =>
  (Array.isArray(bundle.entry) ? bundle.entry : []).flatMap(entry =>
    isJsonObject(entry) && isJsonObject(entry.resource) ? [entry.resource as Resource] : [],
  );

/** The address of a Bundle's link. */
export const linkOf = (bundle: Resource, relation: string): string | undefined =>
  (bundle.link as { relation: string; url: string }[]).find(link => link.relation === relation)?.url;
