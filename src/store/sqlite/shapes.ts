import type { StatementSync } from 'node:sqlite';
import { codeOf, type IndexEntry } from '../../search/index-entry.ts';
import type { Statements } from './statements.ts';

/**
 * The shape of a resource: the search parameters that it has something for, with a space between. A type has few of them, so each has a
 * number, which stands in the term that lists the resource among those of its type: what misses a parameter, or has it, is found
 * by the shapes that miss or have it, and needs no index of its own.
 */
export function shapeOf(entries: readonly IndexEntry[]): string {
  let place = ROOT;
  let last = '';
  for (const { parameter } of entries) {
    if (parameter === last) continue;
    last = parameter;
    place = place.next.get(parameter) ?? stepTo(place, parameter);
  }
  return place.shape;
}

/** The way to a shape by the names of entries in their order, which resources of a type have in common. */
interface Place {
  shape: string;
  next: Map<string, Place>;
}

const ROOT: Place = { shape: '', next: new Map() };

function stepTo(place: Place, parameter: string): Place {
  const code = codeOf(parameter);
  const known = place.next.get(code);
  let next: Place;
  if (hasCode(place.shape, code)) next = place;
  else next = known ?? { shape: place.shape === '' ? code : `${place.shape} ${code}`, next: new Map() };
  // Of names with a value in them there is no end.
  place.next.set(parameter.includes('$') ? code : parameter, next);
  return next;
}

/** Whether a code is among those of a shape. */
const hasCode = (shape: string, code: string): boolean => shape.includes(code) && shape.split(' ').includes(code);

const ALL = 'SELECT number, parameters FROM shape WHERE type = ?';

/** The numbers of the shapes of a type that have a parameter, or of those that miss it. */
export const shapesBy = (
  statements: Statements,
  resourceType: string,
  parameter: string,
  isMissing: boolean,
): number[] =>
  statements
    .all(ALL, [resourceType])
    .flatMap(([number, shape]) => (hasCode(shape as string, parameter) === isMissing ? [] : [number as number]));

/** Writes down the shapes that resources have. */
export class Shapes {
  readonly #insert: StatementSync;
  readonly #known = new Map<string, Set<number>>();

  constructor({ database }: Statements) {
    this.#insert = database.prepare('INSERT OR IGNORE INTO shape (type, number, parameters) VALUES (?, ?, ?)');
  }

  add(resourceType: string, shape: string, number: number): void {
    let known = this.#known.get(resourceType);
    if (known === undefined) {
      known = new Set();
      this.#known.set(resourceType, known);
    }
    if (known.has(number)) return;
    this.#insert.run(resourceType, number, shape);
    known.add(number);
  }

  /** Forgets what was rolled back. */
  forget(): void {
    this.#known.clear();
  }
}
