import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadScheme, resourcesOf, startServer, type TestServer } from './start-server.ts';

const MINUTE = 60_000;

let server: TestServer;
beforeAll(async () => {
  // The clock's own interval; it is real again for all else.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  server = await startServer({ KIUNGO_CLOCK_MINUTES: '15' });
  await loadScheme(server);
});
afterAll(async () => {
  await server.app.close();
  vi.useRealTimers();
});

test('a running server brings about what is due every so many minutes, and says so without a person’s data', async () => {
  const complaint = {
    resourceType: 'Communication',
    id: 'late',
    status: 'completed',
    category: [{ coding: [{ system: 'https://kiungo.example/fhir/CodeSystem/grievance', code: 'grievance' }] }],
    received: '2024-05-01',
    payload: [{ contentString: 'Nobody was there.' }],
  };
  expect((await server.put('Communication/late', complaint)).status).toBe(201);
  const levels = async (): Promise<string> => JSON.stringify(resourcesOf((await server.get('Task')).body));
  vi.advanceTimersByTime(14 * MINUTE);
  expect(await levels()).toContain('level-1');
  vi.advanceTimersByTime(MINUTE);
  const told = await vi.waitFor(
    () => server.log.find(line => line.includes('escalate-grievance')) ?? expect.fail(),
    5000,
  );
  expect(await levels()).toContain('level-2');
  expect(JSON.parse(told)).toMatchObject({ msg: 'The clock has brought something about', resources: 1 });
});
