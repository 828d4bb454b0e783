import type { Claim } from 'fhir/r4.js';
import { expect, test } from 'vitest';
import type { Scheme } from '../insurance-rule.ts';
import { isInFeedbackSample } from './feedback-sample.ts';

const claim = (number: string, facility = 'f1'): Claim =>
  ({ identifier: [{ value: number }], provider: { reference: `Organization/${facility}` } }) as Claim;
const isIn = (of: Claim, feedbackShare: number): boolean => isInFeedbackSample(of, {}, { feedbackShare } as Scheme);

test('a sample has about its share of the claims, the same ones each time, and the smaller lies in the larger', () => {
  const claims = Array.from({ length: 4000 }, (_none, index) => claim(`K-${index}`, `f${index % 7}`));
  const chosen = (share: number) => claims.filter(each => isIn(each, share));
  expect(chosen(0)).toEqual([]);
  expect(chosen(100)).toHaveLength(4000);
  expect(chosen(5).length).toBeGreaterThan(150);
  expect(chosen(5).length).toBeLessThan(250);
  expect(chosen(20)).toEqual(expect.arrayContaining(chosen(5)));
});
