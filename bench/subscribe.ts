import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Site } from './site.ts';

/** Host that the server must trust to call it. */
export const SUBSCRIBER_HOST = '127.0.0.1';

/** Has a site tell a subscriber in this process of every claim, and waits until it does. */
export const subscribe = async ({ origin, base }: Site): Promise<void> => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>(resolve => server.listen(0, SUBSCRIBER_HOST, resolve));
  server.unref();
  const endpoint = `http://${SUBSCRIBER_HOST}:${(server.address() as AddressInfo).port}/`;
  const url = `${origin}${base}/Subscription`;
  const headers = { 'content-type': 'application/fhir+json', accept: 'application/fhir+json' };
  const asked = { resourceType: 'Subscription', status: 'requested', reason: 'Measuring', criteria: 'Claim?use=claim' };
  const body = JSON.stringify({ ...asked, channel: { type: 'rest-hook', endpoint } });
  const answer = await fetch(url, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  const { id } = (await answer.json()) as { id: string };
  for (;;) {
    const { status } = (await (await fetch(`${url}/${id}`, { headers })).json()) as { status: string };
    if (status === 'active') return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
};
