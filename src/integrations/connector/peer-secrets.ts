import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The secrets that are shared with peers. */
export interface PeerSecrets {
  /** Those of a peer, the current one first; older ones are still taken from the peer. Empty where it has none. */
  of(peer: string): Promise<readonly string[]>;
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');

/** `KIUNGO_SECRET_GEPG` for the peer `gepg`. */
export const secretVariable = (peer: string): string =>
  `KIUNGO_SECRET_${peer.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/**
 * Secrets from the file of the peer's name in a folder, one on each line, which is read again when it has changed; or from a variable of
 * the environment. The first is used; the others are those of before, so that a secret can be changed on one side after the other.
 * @param folder empty for none
 */
export const createPeerSecrets = (
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): PeerSecrets => {
  const read = new Map<string, { changed: number; secrets: readonly string[] }>();
  return {
    of: async peer => {
      if (folder === '') return linesOf(environment[secretVariable(peer)] ?? '');
      const file = join(folder, peer);
      const changed = await stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
      if (changed === undefined) return linesOf(environment[secretVariable(peer)] ?? '');
      const known = read.get(peer);
      if (known?.changed === changed) return known.secrets;
      const secrets = linesOf(await readFile(file, 'utf8'));
      read.set(peer, { changed, secrets });
      return secrets;
    },
  };
};
