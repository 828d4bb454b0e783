import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { createOutgoing, fetchJson, isPublicAddress, type OutgoingRequest } from './outgoing.ts';

const PATHS: Record<string, RequestListener> = {
  '/json': (_request, response) => response.end('{"a":1}'),
  '/text': (_request, response) => response.end('hello'),
  '/missing': (_request, response) => response.writeHead(404).end('{}'),
  '/redirect': (_request, response) => response.writeHead(302, { location: '/json' }).end(),
  '/large': (_request, response) => response.end(Buffer.alloc(2000)),
  '/silent': () => {},
  '/endless': (_request, response) => response.write('x'),
  '/broken': (_request, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('x', () => response.destroy());
  },
};
const server = createServer((request, response) => PATHS[request.url!]!(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const own = `127.0.0.1:${port}`;
const to = (path: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  url: `http://${own}${path}`,
  ...more,
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('requests of the server itself', () => {
  const outgoing = createOutgoing([own]);
  const closed = createOutgoing([]);

  it.each([
    ['http://hie.example/', 'without TLS'],
    ['ftp://hie.example/', 'without TLS'],
    ['file:///etc/passwd', 'without TLS'],
    [`https://127.0.0.1:${port}/json`, 'not public'],
    [`https://localhost:${port}/json`, 'not public'],
    ['https://2130706433/', 'not public'],
    ['https://0x7f.1/', 'not public'],
    ['https://127.1/', 'not public'],
    ['https://169.254.169.254/latest/meta-data', 'not public'],
    ['https://[::1]/', 'not public'],
    ['https://[::ffff:10.0.0.1]/', 'not public'],
    ['https://[fd00::1]/', 'not public'],
    ['https://user:word@hie.example/', 'password'],
    ['hie.example', 'no URL'],
  ])('do not go to %s', async (url, reason) => {
    const refused = closed({ url });
    await expect(refused).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining(reason) });
  });

  it('go to hosts of the site that are listed, with the port that is listed', async () => {
    expect(await fetchJson(outgoing, to('/json'))).toEqual({ a: 1 });
    await expect(outgoing({ url: `http://127.0.0.1:${port + 1}/json` })).rejects.toMatchObject({ kind: 'refused' });
    await expect(closed(to('/json'))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('follow no redirection', async () => {
    expect(await outgoing(to('/redirect'))).toMatchObject({ status: 302 });
    await expect(fetchJson(outgoing, to('/redirect'))).rejects.toMatchObject({ kind: 'failed' });
  });

  it.each([
    ['more bytes than are taken', to('/large', { maxBytes: 1000 }), 'more than 1000 bytes'],
    ['no answer', to('/silent', { timeoutMs: 100 }), 'no answer in 100 ms'],
    ['an answer that does not end', to('/endless', { timeoutMs: 100 }), 'no answer in 100 ms'],
    ['an answer that breaks off', to('/broken'), own],
    ['another status', to('/missing'), 'status 404'],
    ['no JSON', to('/text'), 'no JSON'],
  ])('fail for %s', async (_what, request, reason) => {
    const failed = fetchJson(outgoing, request);
    await expect(failed).rejects.toMatchObject({ kind: 'failed', message: expect.stringContaining(reason) });
  });
});

describe('addresses', () => {
  it.each(['8.8.8.8', '196.192.79.1', '172.15.255.255', '172.32.0.1', '100.128.0.1', '2a00:1450:4001::1'])(
    '%s is public',
    address => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...[
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '127.0.0.53',
      '169.254.1.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
    ],
    ...['198.18.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', 'fc00::1'],
    ...['fe80::1', 'ff02::1', '2001::1', '2001:db8::1', '2002:7f00:1::', 'localhost', ''],
  ])('%s is not', address => expect(isPublicAddress(address)).toBe(false));
});
