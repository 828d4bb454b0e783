import { expect, it } from 'vitest';
import { showEach } from './show-each.ts';

it('lets others work between large texts, and keeps the order', async () => {
  const large = 'x'.repeat(200 * 1024);
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    if (isDone) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  let number = 0;
  const shown = await showEach(new Array(10).fill(large), () => `${++number}`);
  isDone = true;
  expect(shown).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  expect(turns).toBeGreaterThan(3);
});

it('gives the texts themselves where the whole is to be shown', async () => {
  const texts = ['{"a":1}'];
  expect(await showEach(texts, undefined)).toBe(texts);
});
