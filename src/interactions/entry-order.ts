import type { BundleEntry, EntryMethod } from './bundle-entry.ts';
import type { Deps } from './context.ts';

const STEPS: Readonly<Record<EntryMethod, number>> = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 4, HEAD: 4 };
/** Of writes that are answered by what the others have written. */
const LOOKS_UP = 3;

/**
 * The entries in the order in which they are carried out: deletions, creations, updates and patches, reads. What insurance answers by
 * looking at other resources comes behind all other writes, so that it sees them wherever they stand.
 * https://hl7.org/fhir/R4/http.html#trules
 */
export const inOrder = (
  { insuranceRules }: Pick<Deps, 'insuranceRules'>,
  entries: readonly BundleEntry[],
): BundleEntry[] => {
  const stepOf = ({ method, resourceType }: BundleEntry): number => {
    const step = STEPS[method];
    const looksUp = insuranceRules.get(resourceType)?.lookups !== undefined;
    return looksUp && (step === STEPS.POST || step === STEPS.PUT) ? LOOKS_UP : step;
  };
  return entries.toSorted((a, b) => stepOf(a) - stepOf(b));
};

/** Whether an entry reads and changes nothing. */
export const isRead = ({ method }: BundleEntry): boolean => method === 'GET' || method === 'HEAD';
