import { VARIABLES } from '../../src/variables.ts';
import type { Destination } from './destination.ts';
import { openServerDestination } from './server-destination.ts';

/** Where a load goes, as it is said on the command line. */
export interface DestinationOptions {
  /** URL of a FHIR API, or a store as `KIUNGO_STORE` has it; undefined for that setting. */
  to: string | undefined;
  /** The Authorization header for a server. */
  authorization: string | undefined;
}

/** Opens the destination. @throws {Error} where it cannot be used, with a text for a person */
export const openDestination = async ({ to, authorization }: DestinationOptions): Promise<Destination> => {
  if (to !== undefined && /^https?:/.test(to)) return openServerDestination(to.replace(/\/+$/, ''), authorization);
  // The whole server, which a client of another one does not need.
  const { openStoreDestination } = await import('./store-destination.ts');
  return openStoreDestination(to ?? process.env.KIUNGO_STORE ?? VARIABLES.store.default, process.env);
};
