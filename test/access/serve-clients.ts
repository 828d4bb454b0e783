import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { buildServer } from '../../src/http/build-server.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import type { Caller } from '../../src/security/caller.ts';
import { createClientRegistry } from '../../src/security/client-registry.ts';
import { parseScopes } from '../../src/security/parse-scope.ts';
import { startServer, type TestServer } from '../http/start-server.ts';

/** What a client was answered. */
export interface ClientAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: Resource;
}

/** A server to which a client comes as whoever it is said to be, and the same without bounds. */
export interface ClientServer {
  /** Sees and does everything. */
  open: TestServer;
  send(
    caller: Caller,
    method: string,
    path: string,
    body?: JsonObject,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ClientAnswer>;
  get(caller: Caller, path: string): Promise<ClientAnswer>;
}

/** A client of a role, with every scope unless it is said otherwise. */
export const clientOf = (
  role: string,
  organization?: string,
  more: Partial<Caller> & { scope?: string } = {},
): Caller => {
  const { scope = 'system/*.cruds', ...rest } = more;
  return {
    clientId: `${role}-${organization ?? 'none'}`,
    role,
    ...(organization !== undefined && { organization }),
    scopes: parseScopes(scope),
    ...rest,
  };
};

/** A server for the tests of a file, where authentication has found what a test says. */
export const useClientServer = (environment: Readonly<Record<string, string>> = {}): ClientServer => {
  const callers = new Map<string, Caller>();
  const made: { open?: TestServer; close?: () => Promise<void>; url?: string } = {};
  beforeAll(async () => {
    const open = await startServer(environment);
    const { deps, depsOfCaller } = open.app;
    const metrics = createMetrics(
      () => ({}),
      () => [],
    );
    const server = buildServer({
      ...{ deps, depsOfCaller, metrics, log: pino({ level: 'silent' }) },
      ...{ software: { version: '0', started: 0 }, maxBundleBytes: 1e7, requestTimeoutMs: 10_000 },
      requestBounds: { requests: 100, bytes: 1e9 },
      ...{ corsOrigins: [], ready: async () => {}, clientBounds: { atATime: 1000, perMinute: 1_000_000 } },
      security: {
        clients: createClientRegistry({ ...deps, createKeys: () => ({ find: async () => [] }) }),
        roles: new Map(),
        authenticate: ({ authorization = '' }) => callers.get(authorization)!,
        isRequired: true,
      },
    });
    await server.listen({ host: '127.0.0.1', port: 0 });
    made.url = `http://127.0.0.1:${(server.addresses()[0] as AddressInfo).port}/fhir`;
    made.open = open;
    made.close = async () => {
      await server.close();
      await open.app.close();
    };
  });
  afterAll(() => made.close?.());
  const send: ClientServer['send'] = async (caller, method, path, body, headers = {}) => {
    const key = JSON.stringify(caller);
    callers.set(key, callers.get(key) ?? caller);
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/fhir+json';
    const answer = await fetch(`${made.url}/${path}`, {
      method,
      headers: { authorization: key, ...(body && { 'content-type': type }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: text === '' ? {} : JSON.parse(text) };
  };
  return {
    get open() {
      return made.open!;
    },
    send,
    get: (caller, path) => send(caller, 'GET', path),
  };
};
