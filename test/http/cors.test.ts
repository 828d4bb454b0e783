import { describe, expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const ORIGIN = 'https://app.example';
const PREFLIGHT = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type,if-match' };
const READ = ['location', 'etag', 'last-modified', 'content-location', 'x-request-id'];

const listed = (text: string | undefined): string[] => text?.toLowerCase().split(', ') ?? [];

describe('pages of origins that are named', () => {
  const server = useServer({ KIUNGO_CORS_ORIGINS: `https://other.example, ${ORIGIN}` });

  test('may read answers, refusals too, and their headers', async () => {
    const answers = [
      await server.post('Patient', patient('O-1'), { origin: ORIGIN }),
      await server.get('Patient', { origin: ORIGIN }),
      await server.get('metadata', { origin: ORIGIN }),
      await server.get('Patient/none', { origin: ORIGIN }),
      await server.send('delete', 'Patient/none', undefined, { origin: ORIGIN }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 404, 204]);
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe(ORIGIN);
      expect(headers.vary).toMatch(/^Origin/);
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(listed(headers['access-control-expose-headers'])).toEqual(expect.arrayContaining(READ));
    }
    expect(answers[2]!.headers.vary).toBe('Origin, Accept, Accept-Encoding');
  });

  test('may ask before they write', async () => {
    for (const path of ['Patient/1', 'Patient', 'Claim/$submit', 'Nonsense']) {
      const { status, headers, text } = await server.send('options', path, undefined, { origin: ORIGIN, ...PREFLIGHT });
      expect({ status, text, origin: headers['access-control-allow-origin'] }).toEqual({
        status: 204,
        text: '',
        origin: ORIGIN,
      });
      expect(listed(headers['access-control-allow-methods'])).toEqual(
        expect.arrayContaining(['put', 'patch', 'delete']),
      );
      expect(listed(headers['access-control-allow-headers'])).toEqual(
        expect.arrayContaining([
          'content-type',
          'if-match',
          'if-none-exist',
          'prefer',
          'authorization',
          'x-request-id',
        ]),
      );
      expect(Number(headers['access-control-max-age'])).toBeGreaterThan(0);
    }
  });

  test('and no others', async () => {
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`, ORIGIN.toUpperCase()]) {
      const answer = await server.get('Patient', { origin });
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers.vary).toBe('Origin, Accept');
      const asked = await server.send('options', 'Patient/1', undefined, { origin, ...PREFLIGHT });
      expect(asked.headers).not.toHaveProperty('access-control-allow-methods');
      expect(asked.headers.allow).toContain('PUT');
    }
  });

  test('nothing is said to clients that are no pages', async () => {
    const { headers } = await server.get('Patient/none');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('where all origins are allowed', () => {
  const server = useServer({ KIUNGO_CORS_ORIGINS: '*' });

  test('the answer is the same for all, and never with credentials', async () => {
    const { headers } = await server.get('Patient', { origin: ORIGIN });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(headers.vary).toBe('Accept');
  });
});

describe('without the setting', () => {
  const server = useServer();

  test('no page is let in', async () => {
    const answer = await server.get('Patient/none', { origin: ORIGIN });
    expectOutcome(answer, 404, 'resource-unknown');
    expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control') || name === 'vary')).toEqual(
      [],
    );
  });
});
