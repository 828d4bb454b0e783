import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Scope } from './caller.ts';
import { grantScopes, writeScope } from './grant-scopes.ts';
import { parseScope, parseScopes } from './parse-scope.ts';

describe('parseScope', () => {
  it.each([
    ['system/Claim.read', 'system/Claim.rs'],
    ['system/Claim.write', 'system/Claim.cud'],
    ['system/*.*', 'system/*.cruds'],
    ['system/*.rs', 'system/*.rs'],
    ['system/Claim.cruds?status=active', 'system/Claim.cruds?status=active'],
    ['system/Observation.r?category=a|b&status=final', 'system/Observation.r?category=a|b&status=final'],
  ])('reads %s as %s', (text, written) => {
    expect(writeScope(parseScope(text)!)).toBe(written);
  });

  it.each([
    ...['', 'openid', 'launch/patient', 'user/Claim.rs', 'patient/*.read', 'system/Claim', 'system/Claim.'],
    ...['system/Claim.sr', 'system/Claim.rr', 'system/claim.rs', 'system/Claim.rs?', 'system/Claim.read?status=a'],
    ...['system/Claim.rs?a=\u00a0', 'system/Claim.rs\n', 'xsystem/Claim.rs', 'system/../Claim.rs'],
  ])('takes %j for no scope', text => {
    expect(parseScope(text)).toBeUndefined();
  });
});

const granted = (asked: string, allowed: string): string =>
  grantScopes(parseScopes(asked), parseScopes(allowed)).map(writeScope).join(' ');

describe('grantScopes', () => {
  it.each([
    ['system/*.cruds', 'system/Claim.rs system/Patient.r', 'system/Claim.rs system/Patient.r'],
    ['system/Claim.read', 'system/*.cruds', 'system/Claim.rs'],
    ['system/Claim.rs system/Claim.read', 'system/Claim.rs', 'system/Claim.rs'],
    ['system/Claim.cud', 'system/Claim.rs', ''],
    ['system/Patient.rs', 'system/Claim.rs', ''],
    ['openid system/Claim.r', 'system/Claim.r', 'system/Claim.r'],
    ['system/Claim.rs', 'system/Claim.rs?status=active', 'system/Claim.rs?status=active'],
    ['system/Claim.rs?use=claim', 'system/Claim.r?status=active', 'system/Claim.r?use=claim&status=active'],
  ])('of %s with %s gives %j', (asked, allowed, expected) => {
    expect(granted(asked, allowed)).toBe(expected);
  });

  test('nothing is granted that was not asked for and allowed', () => {
    const scope = fc.record({
      resourceType: fc.constantFrom('*', 'Claim', 'Patient'),
      create: fc.boolean(),
      read: fc.boolean(),
      update: fc.boolean(),
      delete: fc.boolean(),
      search: fc.boolean(),
    });
    const scopes = fc.array(scope, { maxLength: 4 });
    const mayCreate = (list: readonly Scope[], type: string): boolean =>
      list.some(({ resourceType, create }) => create && (resourceType === '*' || resourceType === type));
    fc.assert(
      fc.property(scopes, scopes, fc.constantFrom('Claim', 'Patient', 'Coverage'), (asked, allowed, type) => {
        expect(mayCreate(grantScopes(asked, allowed), type)).toBe(mayCreate(asked, type) && mayCreate(allowed, type));
      }),
      { numRuns: 200 },
    );
  });
});
