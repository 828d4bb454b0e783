import { FhirError, refuse } from '../fhir/fhir-error.ts';
import { findReferences } from '../fhir/reference.ts';
import { StoreError } from '../store/store-error.ts';
import type { BeyondInteractions } from './beyond-interactions.ts';
import type { BundleEntry, EntryMethod } from './bundle-entry.ts';
import type { Deps, InteractionResult, Prefer } from './context.ts';
import { parseEntry } from './parse-entry.ts';
import { atEntry } from './place-in-bundle.ts';
import type { RequestBundle } from './read-bundle.ts';
import { runEntry } from './run-entry.ts';
import { storeRefusal } from './store-refusal.ts';

/** Entries of a batch that are carried out at a time: they share commits. */
const AT_A_TIME = 32;

/** https://hl7.org/fhir/R4/http.html#trules */
const STEPS: readonly (readonly EntryMethod[])[] = [['DELETE'], ['POST'], ['PUT', 'PATCH'], ['GET', 'HEAD']];

/** A batch knows of no other entry, so that a reference to one would lead nowhere. */
const requireIndependent = ({ resource }: BundleEntry, fullUrls: ReadonlySet<string>): void => {
  if (resource === undefined || fullUrls.size === 0) return;
  findReferences(resource.value, ({ reference }, locate) => {
    if (!fullUrls.has(reference as string)) return;
    throw refuse(
      'bundle-entry-refused',
      'This refers to another entry of the batch, whose entries are independent of each other. Send them as a transaction.',
      { expression: `${locate()}.reference` },
    );
  });
};

/** What became of one entry ends no other one, unless it is a fault of this server's own. */
const refusalOf = (error: unknown): FhirError => {
  if (error instanceof FhirError) return error;
  if (error instanceof StoreError) return storeRefusal(error);
  throw error;
};

/** Calls an operation or tells the capabilities where the entry asks for that, else carries out its interaction. */
const runBeyond = (
  deps: Deps,
  { entry, prefer, beyond }: { entry: BundleEntry; prefer: Prefer; beyond?: BeyondInteractions },
): Promise<InteractionResult> | InteractionResult => {
  const { interaction } = entry;
  if (interaction !== 'operation' && interaction !== 'capabilities') {
    return runEntry(deps, { entry, ...parseEntry(entry), prefer });
  }
  if (beyond === undefined)
    throw refuse('bundle-entry-refused', 'Ask for this by itself.', { expression: 'request.url' });
  if (interaction === 'capabilities') return beyond.capabilities(deps);
  const { method, operation: code = '', resourceType, id, parameters, resource } = entry;
  const place = { ...(resourceType === '' ? {} : { resourceType }), ...(id === undefined ? {} : { id }) };
  const body = Buffer.from(resource?.text ?? '');
  return beyond.operate(deps, { method, code, ...place, parameters, body, prefer });
};

/** The urns that entries go by before they are stored. */
const urnsOf = (entries: readonly BundleEntry[]): ReadonlySet<string> =>
  new Set(entries.flatMap(({ fullUrl }) => (fullUrl?.startsWith('urn:') ? [fullUrl] : [])));

/**
 * Carries out every entry on its own, in the order of the rules of transactions; none knows of another.
 * @param turn lets other requests have their turn
 * @returns what became of each entry, in the order of the Bundle
 * https://hl7.org/fhir/R4/http.html#transaction
 */
export const runBatch = async (
  deps: Deps,
  { entries }: RequestBundle,
  { prefer, beyond, turn }: { prefer: Prefer; beyond?: BeyondInteractions; turn: () => Promise<void> },
): Promise<(InteractionResult | FhirError)[]> => {
  const results: (InteractionResult | FhirError)[] = [];
  const readable: BundleEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry instanceof FhirError) results[index] = entry;
    else readable.push(entry);
  }
  const urns = urnsOf(readable);
  const run = async (entry: BundleEntry): Promise<void> => {
    await turn();
    try {
      requireIndependent(entry, urns);
      results[entry.index] = await runBeyond(deps, { entry, prefer, ...(beyond === undefined ? {} : { beyond }) });
    } catch (error) {
      results[entry.index] = atEntry(refusalOf(error), entry.index);
    }
  };
  for (const methods of STEPS) {
    const waiting = readable.filter(({ method }) => methods.includes(method)).values();
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async () => {
        for (const entry of waiting) await run(entry);
      }),
    );
  }
  return results;
};
