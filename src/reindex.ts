import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { openDeps } from './open-deps.ts';

const TOLD_EVERY_MS = 1000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Indexes what a server would index in the background after its next start, and ends: with the settings of the server, which must not be
 * running. Types that are named are indexed anew whatever their state, with `--all` all types.
 * @throws {Error} with a text for the operator
 */
export const reindex = async (
  environment: Readonly<Record<string, string | undefined>>,
  args: string[],
): Promise<void> => {
  const { values, positionals } = parseArgs({ args, options: { all: { type: 'boolean' } }, allowPositionals: true });
  const config = readConfig(environment);
  const log = pino({ level: 'warn', base: null });
  const { deps, indexAnew, reachedAt, close } = await openDeps(config, log);
  try {
    const { indexedParameters, capability } = deps;
    reachedAt(`http://${config.host}:${config.port}/fhir`);
    const unknown = positionals.filter(type => !capability.types.has(type));
    if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: no type of ${config.capabilities}`);
    indexedParameters.renew(values.all ? capability.types.keys() : positionals);
    if (indexedParameters.pending.size === 0) return say('All resources are indexed as they should be.');
    const tell = (): void => {
      const [first] = indexedParameters.pending;
      if (first === undefined) return;
      const [resourceType, { work }] = first;
      say(
        `${resourceType}: ${work?.done ?? 0} of ${work?.total ?? '...'}; types left: ${indexedParameters.pending.size}`,
      );
    };
    const telling = setInterval(tell, TOLD_EVERY_MS);
    await indexAnew.finished();
    clearInterval(telling);
    say(`${indexAnew.statistics().resourcesReindexed} resources were indexed.`);
  } finally {
    await close();
  }
};
