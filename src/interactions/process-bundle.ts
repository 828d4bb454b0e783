import { setTimeout as nextTurn } from 'node:timers/promises';
import { buildBundle } from '../fhir/bundle.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import { allFaults } from './all-faults.ts';
import { runBatch } from './batch.ts';
import type { BeyondInteractions } from './beyond-interactions.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps, InteractionResult, Prefer } from './context.ts';
import { entryRefusal, entryResponse } from './entry-response.ts';
import { atEntry } from './place-in-bundle.ts';
import { type RequestBundle, readRequestBundle } from './read-bundle.ts';
import { takeTurns } from './take-turns.ts';
import { runTransaction } from './transaction.ts';

/** A batch or transaction as it was sent. */
export interface BundleRequest {
  body: Buffer;
  /** Of its writes, too. */
  prefer: Prefer;
  /** What entries of a batch may ask for beside; nothing where it is absent. */
  beyond?: BeyondInteractions;
}

type Turn = () => Promise<void>;

/** Bytes of a body beyond which reading it is work that others have a turn before. */
const LARGE = 4 * 1024 * 1024;

/** Why an entry cannot be part of a transaction. */
const faultInTransaction = (entry: BundleEntry | FhirError): FhirError | undefined => {
  if (entry instanceof FhirError) return entry;
  if (entry.interaction !== 'operation' && entry.interaction !== 'capabilities') return undefined;
  const text = 'A transaction reads and writes resources. Ask for this by itself, or in a batch.';
  return atEntry(refuse('bundle-entry-refused', text, { expression: 'request.url' }), entry.index);
};

const runAll = (
  deps: Deps,
  bundle: RequestBundle,
  { prefer, beyond }: Omit<BundleRequest, 'body'>,
  turn: Turn,
): Promise<(InteractionResult | FhirError)[]> => {
  if (bundle.type === 'batch')
    return runBatch(deps, bundle, { prefer, turn, ...(beyond === undefined ? {} : { beyond }) });
  const faults = bundle.entries.flatMap(entry => faultInTransaction(entry) ?? []);
  if (faults.length > 0) throw allFaults(faults);
  return runTransaction(deps, bundle.entries as readonly BundleEntry[], { prefer, turn });
};

/**
 * Carries out a batch (each entry on its own) or a transaction (all or nothing), with turns for other requests in between.
 * @returns a Bundle with what became of each entry, in the order in which they were sent
 * @throws {FhirError} 400 for what is no such Bundle, and for a transaction whatever one of its entries is refused for
 * https://hl7.org/fhir/R4/http.html#transaction
 */
export const processBundle = async (deps: Deps, { body, ...request }: BundleRequest): Promise<InteractionResult> => {
  const { prefer } = request;
  const turn = takeTurns();
  // To be put together from its pieces, which was just done, and to be made a text takes as long each.
  if (body.byteLength > LARGE) await nextTurn(0);
  const bundle = await readRequestBundle(deps, body, turn);
  const results = await runAll(deps, bundle, request, turn);
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
