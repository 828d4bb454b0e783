import { contains } from './arguments.ts';
import type { Ast } from './ast.ts';
import { ExpressionError } from './expression-error.ts';

const FUNCTIONS = new Set(
  (
    'abs aggregate all allFalse allTrue anyFalse anyTrue as ceiling children coalesce combine comparable conformsTo contains ' +
    'convertsToBoolean convertsToDate convertsToDateTime convertsToDecimal convertsToInteger convertsToQuantity convertsToString ' +
    'convertsToTime count decode defineVariable descendants distinct empty encode endsWith escape exclude exists exp extension first floor ' +
    'getValue hasValue highBoundary htmlChecks iif indexOf intersect is isDistinct join last lastIndexOf length ln log lowBoundary lower ' +
    'matches matchesFull memberOf not now ofType power repeat replace replaceMatches resolve round select single skip split sqrt startsWith ' +
    'subsetOf substring supersetOf tail take timeOfDay toBoolean toChars toDate toDateTime toDecimal toInteger toQuantity toString toTime ' +
    'today trace trim truncate type unescape union upper where'
  ).split(' '),
);
const CONSTANTS = /^(?:resource|rootResource|context|ucum|sct|loinc|(?:vs|ext)-.+)$/s;
const GROWING = new Set(['aggregate', 'combine', 'repeat', 'select', 'union']);
const MOST_GROWING = 8;

/**
 * Refuses what fhirpath.js cannot be asked: functions and constants that it does not know, or that would ask the network, and
 * expressions whose results may double again and again. Then an invariant is not judged, which is told, rather than not held.
 * @throws {ExpressionError} that names the function or the constant.
 */
export function refuseUnknown(ast: Ast): void {
  let growing = 0;
  contains(ast, each => {
    if (each.kind === 'constant' && !CONSTANTS.test(each.name))
      throw new ExpressionError(`%${each.name} is not known here`);
    if (each.kind !== 'call') return false;
    if (!FUNCTIONS.has(each.name)) throw new ExpressionError(`${each.name}() is not known here`);
    if (GROWING.has(each.name) && ++growing > MOST_GROWING)
      throw new ExpressionError(`more than ${MOST_GROWING} calls like ${each.name}() are not evaluated`);
    return false;
  });
}
