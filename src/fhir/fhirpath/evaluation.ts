/** Thrown by generated code that meets what only fhirpath.js can judge: units to convert, types that JSON does not tell. */
export const UNDECIDED = Symbol('undecided');

/** Thrown by generated code when an expression cannot be evaluated: several items where one is needed, an operand of the wrong kind. */
export const UNEVALUABLE = Symbol('unevaluable');

export function fail(): never {
  throw UNEVALUABLE;
}

/** What evaluations have taken so far, in steps of about one item each. One budget is for all that is asked of one resource. */
export interface Budget {
  spent: number;
}

// expressions come from outside too: some take time, or grow, with a power of the size of the resource
const MOST_STEPS = 5_000_000;
let current: Budget = { spent: 0 };
let depth = 0;

/** Begins an evaluation. What is evaluated on the way, such as a profile that an expression asks for, shares its budget. */
export function begin(budget: Budget | undefined): void {
  if (depth++ === 0) current = budget ?? { spent: 0 };
}

/** Ends what `begin` began, whatever came of it. */
export function end(): void {
  depth--;
}

/** Counts steps. */
export function spend(steps: number): void {
  current.spent += steps;
  if (current.spent > MOST_STEPS) fail();
}
