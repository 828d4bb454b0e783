import { restamp } from '../../fhir/stamp-resource.ts';
import type { Change, CommitResult, Unit } from '../store.ts';

/** A unit in the order in which units were handed over, with the time that it was given then. */
export interface WaitingUnit {
  unit: Unit;
  changes: readonly Change[];
  /** The time of its last change, if it has any. */
  lastUpdated: number;
  /** About how large it is. */
  bytes: number;
  resolve: (result: CommitResult) => void;
  reject: (error: unknown) => void;
}

/** Gives a unit its place, and its changes the time of that, if it asks for one. */
export function placeUnit(unit: Unit): Pick<WaitingUnit, 'unit' | 'changes' | 'lastUpdated' | 'bytes'> {
  const changes = unit.time === undefined ? unit.changes : stampAll(unit.changes, unit.time());
  return {
    unit,
    changes,
    lastUpdated: changes.reduce((last, change) => Math.max(last, change.lastUpdated), 0),
    bytes: changes.reduce((sum, { text = '' }) => sum + text.length, 0),
  };
}

function stampAll(changes: readonly Change[], lastUpdated: number): Change[] {
  return changes.map(({ text, ...change }) =>
    text === undefined ? { ...change, lastUpdated } : { ...change, lastUpdated, text: restamp(text, lastUpdated) },
  );
}
