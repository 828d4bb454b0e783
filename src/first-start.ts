import { readFile } from 'node:fs/promises';
import type { Bundle } from 'fhir/r4.js';
import { parseReference } from './fhir/reference.ts';
import type { Deps } from './interactions/context.ts';
import { update } from './interactions/update.ts';

const DEFAULT_SCHEME = new URL('../scheme/default.json', import.meta.url);

/** Stores the default scheme (the insurer) in a store that is new, so that a first claim can be answered. */
const loadDefaultScheme = async (deps: Deps): Promise<void> => {
  const bundle = JSON.parse(await readFile(DEFAULT_SCHEME, 'utf8')) as Bundle;
  for (const { resource } of bundle.entry ?? []) {
    if (resource?.id === undefined) continue;
    const body = Buffer.from(JSON.stringify(resource));
    await update(deps, { resourceType: resource.resourceType, id: resource.id, body });
  }
};

/**
 * Makes sure that insurance can work: a new store gets the default scheme, and the insurer that the settings name must be there.
 * @throws {Error} naming the setting to change
 */
export const firstStart = async (deps: Deps): Promise<void> => {
  if (deps.insuranceRules.size === 0) return;
  if (deps.store.lastUpdated === 0) await loadDefaultScheme(deps);
  const insurer = parseReference(deps.settings.insurer);
  const found = insurer.kind === 'local' ? await deps.store.read(insurer) : undefined;
  if (found === undefined || found.method === 'DELETE') {
    throw new Error(
      `KIUNGO_INSURER names ${deps.settings.insurer}, which is not stored. Set it to an Organization that is, ` +
        'or store that Organization while KIUNGO_INSURER names another one.',
    );
  }
};
