import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadScheme, useServer } from './http/start-server.ts';

const DOCUMENT = readFileSync(new URL('../docs/rest.md', import.meta.url), 'utf8');
const SHOWN_DATE = 'Tue, 24 Nov 2026 07:41:05 GMT';

type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'options' | 'delete';

/** The curl commands of the document, each with the answer that is shown below it, if one is. */
const examples = [...DOCUMENT.matchAll(/```sh\n(curl .*)\n```\n(?:\n```(?:json)?\n([^`]+)```)?/g)].map(
  ([, command = '', answer]) => {
    const sent = / -d '([^']+)'/.exec(command)?.[1];
    const plain = sent === undefined ? 'get' : 'post';
    const method = / -I /.test(command) ? 'head' : (/ -X (\w+)/.exec(command)?.[1] ?? plain).toLowerCase();
    const headers = [...command.matchAll(/-H '([\w-]+): ([^']+)'/g)].map(([, name, value]) => [name!, value!] as const);
    const path = /"\$FHIR\/([^"]*)"/.exec(command)![1]!.replace('\\', '');
    return { command, method: method as Method, headers, path, sent, answer };
  },
);

const server = useServer();
let lastModified = '';

beforeAll(async () => {
  await loadScheme(server);
  lastModified = (await server.get('Patient/zuri-sadiki')).headers['last-modified']!;
});

describe('docs/rest.md', () => {
  test('has examples', () => expect(examples.length).toBeGreaterThan(8));

  test.each(examples)('$command', async ({ method, headers, path, sent, answer }) => {
    const given = headers.map(([name, value]) => [name.toLowerCase(), value.replace(SHOWN_DATE, lastModified)]);
    const { status, headers: received, body } = await server.send(method, path, sent, Object.fromEntries(given));
    if (answer === undefined) expect(status).toBe(200);
    else if (answer.startsWith('HTTP')) {
      const [line, ...shown] = answer.trim().split('\n');
      expect(`HTTP/1.1 ${status} ${STATUS_CODES[status]}`).toBe(line);
      for (const each of shown) expect(Object.entries(received).map(entry => entry.join(': '))).toContain(each);
    } else {
      expect(status).toBe(200);
      expect(body).toMatchObject(JSON.parse(answer));
      expect(Object.keys(body).filter(name => name !== 'link')).toEqual(Object.keys(JSON.parse(answer)));
    }
  });

  test('its upload of a file is taken, and the file comes back', async () => {
    const [, mediaType, path] = /curl --data-binary @letter\.pdf -H 'Content-Type: ([^']+)' "\$FHIR(\/\w+)"/.exec(
      DOCUMENT,
    )!;
    const sent = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': mediaType! },
      body: '%PDF-1.7 a letter',
    });
    expect(sent.status).toBe(201);
    const back = await fetch(sent.headers.get('location')!, { headers: { accept: mediaType! } });
    expect(await back.text()).toBe('%PDF-1.7 a letter');
  });
});
