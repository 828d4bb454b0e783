import type { CommitResult, Unit } from '../store/store.ts';
import type { Deps } from './context.ts';

/**
 * Commits a unit, with what is told of it in the same unit, and lets those who remember what was found know what it changes. Hands it
 * over before it waits for anything.
 */
export const commitUnit = async (deps: Deps, unit: Unit): Promise<CommitResult> => {
  const types = unit.changes.map(({ resourceType }) => resourceType);
  const { audit } = deps;
  const isTold = audit !== undefined && !unit.isTrial && types.length > 0;
  const result = await deps.store.commit(isTold ? { ...unit, audit: audit.rowsOf(unit.changes) } : unit);
  if (result.outcome === 'committed') {
    if (isTold) audit.wrote();
    deps.setUp.note(types);
    if (!unit.isTrial) deps.held?.note(unit);
    if (deps.consents !== undefined && types.includes('Consent')) await deps.consents.refresh();
  } else if (result.outcome === 'matches-changed') deps.held?.doubt(unit.nothingNew ?? []);
  return result;
};
