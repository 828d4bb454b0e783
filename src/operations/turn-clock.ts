import { FhirError } from '../fhir/fhir-error.ts';
import type { Resource } from '../fhir/resource.ts';
import type { ClockRule } from '../insurance/insurance-rule.ts';
import { commitUnit } from '../interactions/commit-unit.ts';
import type { Deps } from '../interactions/context.ts';
import { effectChange } from '../interactions/effect-change.ts';
import { foundPages } from '../interactions/found-pages.ts';
import { lookUp } from '../interactions/look-up.ts';
import { takeTurns } from '../interactions/take-turns.ts';
import type { ResourceKey } from '../store/store.ts';

/** Resources that are in memory at a time. */
const PAGE = 100;

/** How the clock is turned. */
export interface Turning {
  /** The day up to which everything is brought about (`YYYY-MM-DD`, of the scheme). */
  today: string;
  /** Asked between resources: whether to leave off. What is left is found by the next turn. */
  isStopped?: () => boolean;
}

/** What may be due by a rule on a day, one after the other; others get their turn in between. */
export async function* dueResources(deps: Deps, rule: ClockRule, today: string): AsyncGenerator<Resource> {
  const giveWay = takeTurns();
  for await (const page of foundPages(deps, rule.due(today, deps.settings), PAGE)) {
    for (const resource of page) {
      yield resource;
      await giveWay();
    }
  }
}

/** Brings about what is due for one resource, in one unit. @returns what was stored; nothing where somebody else came between */
export const bringAbout = async (
  deps: Deps,
  rule: ClockRule,
  stored: Resource,
  today: string,
): Promise<readonly ResourceKey[]> => {
  const plain = JSON.parse(JSON.stringify(stored)) as Resource;
  const scheme = { ...deps.settings, today };
  const { found, nothingNew } = await lookUp(deps, known => rule.lookups?.(plain, known, scheme) ?? {});
  const now = deps.now();
  const effects = rule.effects(stored, { ...scheme, id: stored.id!, now, found });
  if (effects.length === 0) return [];
  const changes = effects.map(effect => ({
    ...effectChange(deps, effect, { lastUpdated: now }),
    follows: true as const,
  }));
  const { outcome } = await commitUnit(deps, { changes, nothingNew });
  return outcome === 'committed' ? changes : [];
};

/**
 * Brings about all that is due on a day, rule by rule and resource by resource, each in a unit of its own, so that it may be broken off
 * at any moment and turned again. A rule that is refused something, as a search that is too costly, is told in the log and passed over.
 * @returns how many resources something was done about
 */
export const turnClock = async (deps: Deps, rules: readonly ClockRule[], turning: Turning): Promise<number> => {
  const { today, isStopped = () => false } = turning;
  let done = 0;
  for (const rule of rules) {
    let ofRule = 0;
    try {
      for await (const resource of dueResources(deps, rule, today)) {
        if (isStopped()) return done + ofRule;
        if ((await bringAbout(deps, rule, resource, today)).length > 0) ofRule++;
      }
    } catch (error) {
      // What one rule cannot look for keeps no other from its turn.
      if (!(error instanceof FhirError)) throw error;
      deps.tell('A rule of the clock was broken off', { rule: rule.code, reason: error.message });
    }
    if (ofRule > 0) deps.tell('The clock has brought something about', { rule: rule.code, resources: ofRule });
    done += ofRule;
  }
  return done;
};
