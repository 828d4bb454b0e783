import { expect, test } from 'vitest';
import { useServer } from '../../test/http/start-server.ts';
import type { ClockRule } from '../insurance/insurance-rule.ts';
import { turnClock } from './turn-clock.ts';

const server = useServer({ KIUNGO_CLOCK_MINUTES: '0' });

const rule = (code: string, parameter: [string, string]): ClockRule => ({
  code,
  due: () => ({ resourceType: 'Organization', parameters: [parameter], exact: true }),
  effects: exact => (exact.language === undefined ? [{ ...exact, language: 'sw' }] : []),
});

test('a rule that is refused its search is told in the log and keeps no other from its turn', async () => {
  const { deps } = server.app;
  const rules = [rule('unheard-of', ['unheard-of', '1']), rule('insurers', ['type', 'ins'])];
  expect(await turnClock(deps, rules, { today: '2026-06-30' })).toBe(1);
  expect(await turnClock(deps, rules, { today: '2026-06-30' })).toBe(0);
  expect(server.log.filter(line => line.includes('"unheard-of"'))).toHaveLength(2);
  expect((await server.get('Organization/openIMIS-Implementation')).body).toMatchObject({ language: 'sw' });
});

test('a turn that is stopped leaves off, and the next one goes on', async () => {
  const { deps } = server.app;
  const rules = [rule('again', ['type', 'ins'])];
  const { language: _language, ...plain } = (await server.get('Organization/openIMIS-Implementation')).body;
  expect((await server.put(`Organization/${plain.id}`, plain)).status).toBe(200);
  expect(await turnClock(deps, rules, { today: '2026-06-30', isStopped: () => true })).toBe(0);
  expect(await turnClock(deps, rules, { today: '2026-06-30' })).toBe(1);
});
