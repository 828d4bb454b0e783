import type { CommitResult, Unit } from '../store/store.ts';
import type { Deps } from './context.ts';

/** Commits a unit, and lets those who remember what was found know what it changes. */
export const commitUnit = async (deps: Deps, unit: Unit): Promise<CommitResult> => {
  const types = unit.changes.map(({ resourceType }) => resourceType);
  const result = await deps.store.commit(unit);
  if (result.outcome === 'committed') {
    deps.setUp.note(types);
    deps.held?.note(unit.changes);
    if (deps.consents !== undefined && types.includes('Consent')) await deps.consents.refresh();
  }
  return result;
};
