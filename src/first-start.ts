import { readFile } from 'node:fs/promises';
import type { Bundle } from 'fhir/r4.js';
import { parseReference } from './fhir/reference.ts';
import type { Deps } from './interactions/context.ts';
import { update } from './interactions/update.ts';

const DEFAULT_SCHEME = new URL('../scheme/default.json', import.meta.url);

/** Stores what the default scheme (the insurer) has and the store never had, so that a first claim can be answered. */
const loadDefaultScheme = async (deps: Deps): Promise<void> => {
  const bundle = JSON.parse(await readFile(DEFAULT_SCHEME, 'utf8')) as Bundle;
  for (const { resource } of bundle.entry ?? []) {
    if (resource?.id === undefined) continue;
    const key = { resourceType: resource.resourceType, id: resource.id };
    if ((await deps.store.read(key)) !== undefined) continue;
    await update(deps, { ...key, body: Buffer.from(JSON.stringify(resource)) });
  }
};

/**
 * Makes sure that insurance can work: the insurer that the settings name must be there. A store that never had the default one
 * gets it.
 * @throws {Error} naming the setting to change
 */
export const firstStart = async (deps: Deps): Promise<void> => {
  if (deps.insuranceRules.size === 0) return;
  const { insurer } = deps.settings;
  const isThere = async (): Promise<boolean> => {
    const key = parseReference(insurer);
    const version = key.kind === 'local' ? await deps.store.read(key) : undefined;
    return version !== undefined && version.method !== 'DELETE';
  };
  if (await isThere()) return;
  await loadDefaultScheme(deps);
  if (await isThere()) return;
  throw new Error(
    `KIUNGO_INSURER names ${insurer}, which is not stored. Set it to an Organization that is, or start once with ` +
      `KIUNGO_CAPABILITIES=r4, which needs no insurer, and PUT ${insurer}.`,
  );
};
