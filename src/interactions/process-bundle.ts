import { buildBundle } from '../fhir/bundle.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import { allFaults } from './all-faults.ts';
import { runBatch } from './batch.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps, InteractionResult, Prefer } from './context.ts';
import { entryRefusal, entryResponse } from './entry-response.ts';
import { type RequestBundle, readRequestBundle } from './read-bundle.ts';
import { takeTurns } from './take-turns.ts';
import { runTransaction } from './transaction.ts';

/** A batch or transaction as it was sent. */
export interface BundleRequest {
  body: Buffer;
  /** Of its writes, too. */
  prefer: Prefer;
}

type Turn = () => Promise<void>;

const runAll = (
  deps: Deps,
  bundle: RequestBundle,
  prefer: Prefer,
  turn: Turn,
): Promise<(InteractionResult | FhirError)[]> => {
  if (bundle.type === 'batch') return runBatch(deps, bundle, { prefer, turn });
  const faults = bundle.entries.filter(entry => entry instanceof FhirError);
  if (faults.length > 0) throw allFaults(faults);
  return runTransaction(deps, bundle.entries as readonly BundleEntry[], { prefer, turn });
};

/**
 * Carries out a batch (each entry on its own) or a transaction (all or nothing), with turns for other requests in between.
 * @returns a Bundle with what became of each entry, in the order in which they were sent
 * @throws {FhirError} 400 for what is no such Bundle, and for a transaction whatever one of its entries is refused for
 * https://hl7.org/fhir/R4/http.html#transaction
 */
export const processBundle = async (deps: Deps, { body, prefer }: BundleRequest): Promise<InteractionResult> => {
  const turn = takeTurns();
  const bundle = await readRequestBundle(deps, body, turn);
  const results = await runAll(deps, bundle, prefer, turn);
  const { baseUrl } = deps.settings;
  const entries: string[] = [];
  let normalized: number | undefined;
  for (const [index, result] of results.entries()) {
    await turn();
    if (result instanceof FhirError) {
      entries.push(entryRefusal(result));
      continue;
    }
    if (result.normalized !== undefined) normalized = (normalized ?? 0) + result.normalized;
    entries.push(entryResponse(bundle.entries[index] as BundleEntry, result, { baseUrl, prefer }));
  }
  return {
    status: 200,
    interaction: bundle.type,
    body: buildBundle({ type: `${bundle.type}-response`, entries }),
    ...(normalized === undefined ? {} : { normalized }),
  };
};
