import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Signing } from './envelope.ts';

/** Where the keys are, each with the name of its setting. */
export interface SigningFiles {
  hash: Signing['hash'];
  own: { setting: string; file: string };
  /** PEM of one public key, or of several, one after the other. */
  gateway: { setting: string; file: string };
}

const PUBLIC_KEY = /-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g;

const publicKeys = (pem: string): KeyObject[] => {
  const keys = pem.match(PUBLIC_KEY) ?? [];
  if (keys.length === 0) throw new Error('This is no key in PEM.');
  return keys.map(key => createPublicKey(key));
};

/** A file as it was read last; it is read again where its time has changed. */
const watched = <Value>({ setting, file }: SigningFiles['own'], read: (pem: string) => Value): (() => Value) => {
  const load = () => {
    try {
      return { time: statSync(file).mtimeMs, value: read(readFileSync(file, 'utf8')) };
    } catch (error) {
      throw new Error(`${setting}: ${file}: ${(error as Error).message}`, { cause: error });
    }
  };
  let current = load();
  return () => {
    try {
      if (statSync(file).mtimeMs !== current.time) current = load();
    } catch {
      // It is just being written: the keys of before are as good as they were.
    }
    return current.value;
  };
};

/**
 * Reads the keys of both sides, and again when their files change, so that they can be changed without a restart.
 * @throws {Error} naming the setting whose file cannot be used at the start
 */
export const readSigning = ({ hash, own, gateway }: SigningFiles): (() => Signing) => {
  const privateKey = watched(own, createPrivateKey);
  const gatewayKeys = watched(gateway, publicKeys);
  return () => ({ hash, privateKey: privateKey(), gatewayKeys: gatewayKeys() });
};
