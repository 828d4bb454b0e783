import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from './http/start-server.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');

/** The commands of the walk through the first token, in their order. */
const commands = [...DOCUMENT.split('## Clients')[0]!.matchAll(/```sh\n(.*)\n```/g)].map(([, command]) => command!);

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-security-'));
  const auth = /KIUNGO_AUTH=(\w+) npm start/.exec(commands[0]!)![1]!;
  server = await startServer({ KIUNGO_AUTH: auth, KIUNGO_STORE: `sqlite:${join(folder, 'kiungo.db')}` });
});

afterAll(async () => {
  await server.app.close();
  await rm(folder, { recursive: true });
});

describe('docs/security.md', () => {
  test('leads to a first token', async () => {
    const [, register, ask, use] = commands.map(command =>
      command
        .replaceAll('http://127.0.0.1:8080/fhir', server.url)
        .replaceAll('clinic-1.key', join(folder, 'clinic-1.key'))
        .replace('npm run client --', 'node scripts/client.ts')
        .replace('node ', `${process.execPath} `),
    );
    const env = {
      PATH: process.env.PATH,
      KIUNGO_STORE: `sqlite:${join(folder, 'kiungo.db')}`,
      KIUNGO_PORT: new URL(server.url).port,
    };
    const script = [register, ask, use!.replace('curl', 'curl -s')].join('\n');
    const { stdout } = await run('sh', ['-e', '-c', script], { cwd: ROOT, env });
    const bundle = stdout.slice(stdout.indexOf('{"resourceType"'));
    expect(JSON.parse(bundle)).toMatchObject({ resourceType: 'Bundle', type: 'searchset' });
    expect(stdout).toContain('"id": "clinic-1"');
  });

  test('names every way to prove a client', () => {
    for (const way of ['smart', 'oidc', 'openhim']) expect(DOCUMENT).toContain(`**\`${way}\`**`);
  });
});
