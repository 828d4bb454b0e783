import type { Resource } from '../fhir/resource.ts';
import type { ClockRule } from '../insurance/insurance-rule.ts';
import { commitUnit } from '../interactions/commit-unit.ts';
import type { Deps } from '../interactions/context.ts';
import { effectChange } from '../interactions/effect-change.ts';
import { foundPages } from '../interactions/found-pages.ts';
import { lookUp } from '../interactions/look-up.ts';
import { takeTurns } from '../interactions/take-turns.ts';

/** Resources that are in memory at a time. */
const PAGE = 100;

/** How the clock is turned. */
export interface Turning {
  /** The day up to which everything is brought about (`YYYY-MM-DD`, of the scheme). */
  today: string;
  /** Asked between resources: whether to leave off. What is left is found by the next turn. */
  isStopped?: () => boolean;
}

/** Brings about what is due for one resource, in one unit; not where somebody else changed something meanwhile. */
const bringAbout = async (deps: Deps, rule: ClockRule, stored: Resource, today: string): Promise<boolean> => {
  const plain = JSON.parse(JSON.stringify(stored)) as Resource;
  const { found, nothingNew } = await lookUp(deps, known => rule.lookups?.(plain, known, deps.settings) ?? {});
  const now = deps.now();
  const effects = rule.effects(stored, { ...deps.settings, id: stored.id!, now, today, found });
  if (effects.length === 0) return false;
  const changes = effects.map(effect => ({
    ...effectChange(deps, effect, { lastUpdated: now }),
    follows: true as const,
  }));
  const { outcome } = await commitUnit(deps, { changes, nothingNew });
  return outcome === 'committed';
};

/**
 * Brings about all that is due on a day, rule by rule and resource by resource, each in a unit of its own, so that it may be broken off
 * at any moment and turned again. @returns how many resources something was done about
 */
export const turnClock = async (deps: Deps, rules: readonly ClockRule[], turning: Turning): Promise<number> => {
  const { today, isStopped = () => false } = turning;
  const giveWay = takeTurns();
  let done = 0;
  for (const rule of rules) {
    let ofRule = 0;
    for await (const page of foundPages(deps, rule.due(today, deps.settings), PAGE)) {
      for (const resource of page) {
        if (isStopped()) return done;
        if (await bringAbout(deps, rule, resource, today)) ofRule++;
        await giveWay();
      }
    }
    if (ofRule > 0) deps.tell('The clock has brought something about', { rule: rule.code, resources: ofRule });
    done += ofRule;
  }
  return done;
};
