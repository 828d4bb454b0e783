import { expect, test } from 'vitest';
import { releaseGarbage } from './release-garbage.ts';

test('memory that nothing refers to any more is given back', () => {
  let garbage: string[][] | undefined = Array.from({ length: 400_000 }, (_, index) => [`garbage ${index}`]);
  const { heapTotal: full } = process.memoryUsage();
  expect(garbage).toHaveLength(400_000);
  garbage = undefined;
  releaseGarbage();
  expect(process.memoryUsage().heapTotal).toBeLessThan(full - 20_000_000);
});
