import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { parseExact } from '../fhir/exact-json.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import { applyRewritings, targetsAsked } from './apply-rewritings.ts';
import { uninsuredPatient } from './cover-rewritings.ts';
import { normalizingRules } from './normalizing-rules.ts';
import { type RewritingContext, targetKey } from './rewriting.ts';
import { rewritings } from './rewritings.ts';
import { FORMS, type Stored } from './test-forms.ts';

const path = (relative: string): string => new URL(`../../${relative}`, import.meta.url).pathname;
const definitions = loadDefinitions({
  folders: ['r4', 'kiungo', 'openimis'].map(set => path(`profiles/${set}`)),
  packages: [],
});

const contextOf = ({ id, targets = {} }: Stored): RewritingContext => ({
  definitions,
  currency: 'TZS',
  insurer: 'Organization/fund',
  timeZone: 'Africa/Dar_es_Salaam',
  id,
  targets: new Map(Object.entries(targets)),
  coverages: undefined,
});

const normalize = (
  sent: Resource,
  stored: Stored = {},
  table = rewritings,
): { resource: Resource; changes: Issue[] } => {
  const context = contextOf(stored);
  const forms = applyRewritings(parseExact(JSON.stringify(sent)) as Resource, table.forms, context);
  const references = applyRewritings(forms.resource, table.references, context);
  const coverages = uninsuredPatient(references.resource) === undefined ? undefined : stored.coverages;
  const cover = applyRewritings(references.resource, table.cover, { ...context, coverages });
  return { resource: cover.resource, changes: [...forms.changes, ...references.changes, ...cover.changes] };
};

const plain = (resource: Resource): Resource => JSON.parse(JSON.stringify(resource)) as Resource;

describe('normalising', () => {
  for (const [what, sent, written, changes, stored] of FORMS) {
    it(what, () => {
      const result = normalize(sent, stored);
      expect(result.changes.map(({ rule, expression }) => `${rule} ${expression}`)).toEqual(changes);
      expect(plain(result.resource)).toEqual({ ...sent, ...written });
      for (const { severity, code, diagnostics } of result.changes) {
        expect({ severity, code }).toEqual({ severity: 'information', code: 'informational' });
        expect(diagnostics).toMatch(/^[A-Z`a-z].{20,}\.$/);
        expect(diagnostics).not.toMatch(/070707|VIDS/);
      }
    });
  }

  it('asks beforehand for every stored resource that it needs to know of', () => {
    for (const [what, sent, , , stored = {}] of FORMS) {
      const context = contextOf(stored);
      const forms = applyRewritings(structuredClone(sent), rewritings.forms, context);
      const asked = targetsAsked(forms.resource, rewritings.references, context).map(targetKey);
      const needed = Object.keys(stored.targets ?? {});
      expect(
        needed.filter(key => !asked.includes(key)),
        what,
      ).toEqual([]);
    }
  });

  it('does nothing more to what it has written', () => {
    for (const [what, sent, , , stored] of FORMS) {
      const once = normalize(sent, stored).resource;
      const { resource, changes } = normalize(once, stored);
      expect(plain(resource), what).toEqual(plain(once));
      expect(
        changes.filter(({ rule }) => rule !== 'not-normalized'),
        what,
      ).toEqual([]);
    }
  });

  it('has a test of every rewriting and of every kind', () => {
    const used = new Set<unknown>();
    const spied = Object.fromEntries(
      Object.entries(rewritings).map(([stage, list]) => [
        stage,
        list.map(rewriting => ({
          ...rewriting,
          rewrite: (...given: Parameters<typeof rewriting.rewrite>) => {
            const result = rewriting.rewrite(...given);
            if (result !== undefined) used.add(rewriting);
            return result;
          },
        })),
      ]),
    ) as unknown as typeof rewritings;
    const kinds = FORMS.flatMap(([, sent, , , stored]) =>
      normalize(sent, stored, spied).changes.map(({ rule }) => rule),
    );
    const all = Object.values(rewritings).flat();
    expect(all.filter(each => !used.has(each)).map(({ sent }) => sent)).toEqual([]);
    expect([...new Set(kinds)].sort()).toEqual(Object.keys(normalizingRules).sort());
  });

  it.each(readdirSync(path('test/fixtures/valid')))('leaves %s, which is valid, as it is', file => {
    const text = readFileSync(path(`test/fixtures/valid/${file}`), 'utf8');
    const sent = parseExact(text) as Resource;
    const { resource, changes } = normalize(sent, { id: sent.id! });
    expect(changes).toEqual([]);
    expect(JSON.stringify(resource)).toBe(JSON.stringify(parseExact(text)));
  });

  it('bears any JSON, and does nothing more to what came of it', () => {
    const words = [...new Set(JSON.stringify(FORMS).match(/"[^"]*"/g))].map(word => JSON.parse(word) as string);
    const name = fc.constantFrom(...words.filter(word => /^[a-z]\w*$/.test(word)));
    const { json } = fc.letrec<{ json: Json }>(tie => ({
      json: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.constantFrom<Json>(...words, null, true, 1, '', 'http://x//y'),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(name, tie('json'), { maxKeys: 5 }),
      ),
    }));
    const types = [...new Set(FORMS.map(([, { resourceType }]) => resourceType))];
    const resources = fc.tuple(fc.constantFrom(...types), fc.dictionary(name, json, { maxKeys: 8 }));
    fc.assert(
      fc.property(resources, ([resourceType, members]) => {
        const sent: Resource = { ...(members as JsonObject), resourceType };
        const once = normalize(sent).resource;
        expect(normalize(once).changes.filter(({ rule }) => rule !== 'not-normalized')).toEqual([]);
        expect(JSON.stringify(normalize(once).resource)).toBe(JSON.stringify(once));
      }),
      { numRuns: 500 },
    );
  });
});
