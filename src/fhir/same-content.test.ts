import { describe, expect, it } from 'vitest';
import { parseResource } from './parse-resource.ts';
import { sameContent, sameResource } from './same-content.ts';

const parsed = (text: string) => parseResource(Buffer.from(text), 64);
const exact = (text: string) => parsed(text).exact;
const CLAIM =
  '{"resourceType":"Claim","id":"a","total":{"value":10.50,"currency":"TZS"},"item":[{"sequence":1},{"sequence":2}]}';

describe('sameContent', () => {
  it.each([
    ['another id', CLAIM.replace('"a"', '"b"')],
    ['numbers written otherwise', CLAIM.replace('10.50', '1.05e1')],
    [
      'members in another order',
      '{"item":[{"sequence":1},{"sequence":2}],"total":{"currency":"TZS","value":10.5},"resourceType":"Claim"}',
    ],
    ['meta and narrative', CLAIM.replace('"id"', '"meta":{"tag":[{"code":"x"}]},"text":{"status":"empty"},"id"')],
  ])('takes a claim with %s for the same', (_what, text) => {
    expect(sameContent(exact(CLAIM), exact(text))).toBe(true);
  });

  it.each([
    ['another amount', CLAIM.replace('10.50', '10.51')],
    ['another amount in the 18th digit', CLAIM.replace('10.50', '10.5000000000000000001')],
    ['lines in another order', CLAIM.replace('{"sequence":1},{"sequence":2}', '{"sequence":2},{"sequence":1}')],
    ['an element more', CLAIM.replace('"id"', '"status":"active","id"')],
    ['an element less', CLAIM.replace(',"currency":"TZS"', '')],
    ['a text in place of a number', CLAIM.replace('10.50', '"10.50"')],
    [
      'an object in place of an array',
      CLAIM.replace('[{"sequence":1},{"sequence":2}]', '{"0":{"sequence":1},"1":{"sequence":2}}'),
    ],
  ])('takes a claim with %s for another', (_what, text) => {
    expect(sameContent(exact(CLAIM), exact(text))).toBe(false);
    expect(sameContent(exact(text), exact(CLAIM))).toBe(false);
  });
});

describe('sameResource', () => {
  it('passes over version and time, but not over tags or the digits of a number', () => {
    const stored = parsed(CLAIM.replace('"id"', '"meta":{"versionId":"3","lastUpdated":"2026-01-01T00:00:00Z"},"id"'));
    expect(sameResource(stored, parsed(CLAIM))).toBe(true);
    expect(sameResource(stored, parsed(CLAIM.replace('10.50', '10.5')))).toBe(false);
    expect(sameResource(stored, parsed(CLAIM.replace('"id"', '"meta":{"tag":[{"code":"x"}]},"id"')))).toBe(false);
  });
});
