import { expect, it } from 'vitest';
import { createTurns } from './in-turn.ts';

it('does what has the same key one after the other, and goes on after a failure', async () => {
  const inTurn = createTurns();
  const log: string[] = [];
  const step =
    (name: string, fails = false) =>
    async (): Promise<string> => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const first = inTurn('a', step('one', true));
  const second = inTurn('a', step('two'));
  const other = inTurn('b', step('three'));
  await expect(first).rejects.toThrow('one');
  expect(await Promise.all([second, other])).toEqual(['two', 'three']);
  expect(log.indexOf('one ends')).toBeLessThan(log.indexOf('two begins'));
  expect(log.indexOf('three begins')).toBeLessThan(log.indexOf('one ends'));
});
