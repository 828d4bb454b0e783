import type { Bundle } from 'fhir/r4.js';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { firstStart } from '../../src/first-start.ts';
import { readPrefer } from '../../src/http/prefer.ts';
import { processBundle } from '../../src/interactions/process-bundle.ts';
import { updateParsed } from '../../src/interactions/update.ts';
import { openDeps } from '../../src/open-deps.ts';
import { VARIABLES } from '../../src/variables.ts';
import type { Destination } from './destination.ts';
import { issuesOfBundle, readLoadable, refusalOf } from './loadable.ts';

/** Enough for the store's writer to have a batch waiting; with more, garbage grows old before it is collected. */
const AT_A_TIME = 64;

/**
 * A store that is opened here, through all that a write to the server goes through but HTTP, with the settings of the environment.
 * @throws {Error} where it cannot be opened, for example because a server has it
 */
export const openStoreDestination = async (
  store: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Destination> => {
  const config = readConfig({ ...environment, KIUNGO_STORE: store });
  // What is stored already is met again when a load goes on: it must not be asked which version is meant.
  const { deps, reachedAt, close } = await openDeps({ ...config, requireIfMatch: 'no' }, pino({ level: 'silent' }));
  try {
    reachedAt(`http://${config.host}:${config.port}/fhir`);
    // An insurer of another name comes with what is loaded.
    if (config.insurer === VARIABLES.insurer.default) await firstStart(deps);
  } catch (error) {
    await close();
    throw error;
  }
  const prefer = readPrefer('return=minimal');
  return {
    atATime: AT_A_TIME,
    store: body =>
      refusalOf(async () => {
        const loadable = readLoadable(body, deps.settings.maxDepth);
        if (loadable.kind === 'resource') {
          await updateParsed(deps, loadable);
          return [];
        }
        const { body: answer } = await processBundle(deps, { body, prefer });
        return issuesOfBundle(JSON.parse(answer!) as Bundle);
      }),
    close,
  };
};
