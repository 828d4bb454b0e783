import { describe, expect, it } from 'vitest';
import openimis from '../capability-statements/openimis.json' with { type: 'json' };
import { dayNumber, dayText, yearsLater } from '../scripts/generate/days.ts';
import type { Generated } from '../scripts/generate/elements.ts';
import { planScheme } from '../scripts/generate/plan.ts';
import { schemeFiles } from '../scripts/generate/scheme-files.ts';
import { loadDefinitions } from '../src/definitions/load-definitions.ts';
import type { Resource } from '../src/fhir/resource.ts';
import { createValidator } from '../src/validation/create-validator.ts';

const profileOf = (resourceType: string): string[] => {
  const type = openimis.rest[0]!.resource.find(({ type }) => type === resourceType);
  expect(type, `${resourceType} is enabled`).toBeDefined();
  return type !== undefined && 'profile' in type && type.profile !== undefined ? [type.profile] : [];
};

const options = { insurees: 400, seed: 7, claimsPerYear: 2, years: 2, until: '2026-10-31' };

/** The lines of each type. */
const generate = (changed: Partial<typeof options> = {}): Map<string, string[]> => {
  const files = [...schemeFiles(planScheme({ ...options, ...changed }))];
  return new Map(
    files.map(({ resourceType, resources }) => [resourceType, [...resources].map(one => JSON.stringify(one))]),
  );
};

const scheme = generate();
const parsed = (resourceType: string): Generated[] =>
  scheme.get(resourceType)!.map(line => JSON.parse(line) as Generated);

describe('a generated scheme', () => {
  it('has what is asked for', () => {
    expect(parsed('Patient')).toHaveLength(400);
    const claims = parsed('Claim') as (Generated & { billablePeriod: { start: string } })[];
    expect(claims.length).toBeGreaterThan(1500);
    expect(claims.length).toBeLessThan(1700);
    const days = claims.map(({ billablePeriod }) => billablePeriod.start);
    expect(days).toEqual(days.toSorted());
    expect(days[0]! >= '2024-11-01' && days.at(-1)! <= '2026-10-31').toBe(true);
  });

  it('is valid by R4 and by the profiles that the server requires', () => {
    const folder = (name: string): string => new URL(`../profiles/${name}`, import.meta.url).pathname;
    const validator = createValidator(
      loadDefinitions({ folders: ['r4', 'openimis', 'kiungo'].map(folder), packages: [] }),
    );
    const faults = [...scheme].flatMap(([resourceType, lines]) => {
      const profiles = profileOf(resourceType);
      // Some of each: the first, the last, and those between at even distances.
      const step = Math.max(1, Math.floor(lines.length / 50));
      const some = lines.filter((_line, index) => index % step === 0 || index === lines.length - 1);
      return some.flatMap(line =>
        validator
          .validate(JSON.parse(line) as Resource, profiles)
          .map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`),
      );
    });
    expect(faults).toEqual([]);
  });

  it('comes in an order in which nothing refers to what is yet to come', () => {
    const known = new Set<string>();
    const early: string[] = [];
    for (const [resourceType, lines] of scheme) {
      for (const line of lines) {
        const { id } = JSON.parse(line) as Generated;
        expect(known.has(`${resourceType}/${id}`)).toBe(false);
        for (const [, target] of line.matchAll(/"reference":"([^"]+)"/g)) if (!known.has(target!)) early.push(target!);
        known.add(`${resourceType}/${id}`);
      }
    }
    expect(early).toEqual([]);
  });

  it('is the same for the same seed, and another one for another', () => {
    expect(generate()).toEqual(scheme);
    const other = generate({ seed: 8 });
    expect(other.get('Patient')).not.toEqual(scheme.get('Patient'));
    expect(other.get('Claim')).not.toEqual(scheme.get('Claim'));
  });

  it('has the same people and policies however many claims they hand in', () => {
    // Everything is made from the seed and its own place, so more of one thing changes no other.
    const more = generate({ claimsPerYear: 3 });
    for (const [resourceType, lines] of scheme) {
      if (resourceType !== 'Claim') expect(more.get(resourceType)).toEqual(lines);
    }
  });

  it('has seasons, sick people who come again, and facilities with many claims and few', () => {
    const claims = [...schemeFiles(planScheme({ ...options, insurees: 12_000, claimsPerYear: 0.3, years: 1 }))].find(
      ({ resourceType }) => resourceType === 'Claim',
    )!.resources as Iterable<Generated & { provider: { reference: string }; patient: { reference: string } }>;
    const count = new Map<string, number>();
    const add = (key: string): void => void count.set(key, (count.get(key) ?? 0) + 1);
    for (const claim of claims) {
      const text = JSON.stringify(claim);
      if (text.includes('"B54"')) add(`malaria ${/"start":"\d{4}-(\d\d)/.exec(text)![1]}`);
      add(claim.provider.reference);
      add(claim.patient.reference);
    }
    expect(count.get('malaria 05')!).toBeGreaterThan(1.5 * count.get('malaria 09')!);
    const ofKind = (start: string): number[] =>
      [...count].filter(([key]) => key.startsWith(start)).map(([, number]) => number);
    expect(Math.max(...ofKind('Patient/'))).toBeGreaterThanOrEqual(4);
    expect(Math.max(...ofKind('Organization/'))).toBeGreaterThan(10 * Math.min(...ofKind('Organization/')));
  });
});

describe('days', () => {
  it('are numbered from 1970 and move by years', () => {
    expect(dayNumber('1970-01-02')).toBe(1);
    expect(dayText(dayNumber('2024-02-29'))).toBe('2024-02-29');
    expect(dayText(yearsLater(dayNumber('2024-02-29'), 1))).toBe('2025-02-28');
    expect(dayText(yearsLater(dayNumber('2024-02-29'), -4))).toBe('2020-02-29');
  });
});
