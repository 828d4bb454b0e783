import { type KeyObject, sign, verify } from 'node:crypto';
import { type Element, MalformedMessage, readElement } from './element.ts';

/** How messages are signed: RSA PKCS#1 v1.5 over the characters of the inner element. */
export interface Signing {
  /** GePG signs with SHA-1 where nothing else was agreed. */
  hash: 'sha1' | 'sha256';
  /** Ours. */
  privateKey: KeyObject;
  /** GePG's: while it changes its key, the old one and the new one. */
  gatewayKeys: readonly KeyObject[];
}

/** A message whose signature is not GePG's. */
export class WrongSignature extends Error {
  override name = 'WrongSignature';
}

/** A signed message. */
export const seal = (inner: string, { hash, privateKey }: Pick<Signing, 'hash' | 'privateKey'>): string => {
  const signature = sign(hash, Buffer.from(inner), privateKey).toString('base64');
  return `<Gepg>${inner}<gepgSignature>${signature}</gepgSignature></Gepg>`;
};

const ENVELOPE =
  /^(?:<\?xml[^?>]*\?>)?\s*<Gepg>\s*(<(\w+)>[\s\S]*<\/\2>)\s*<gepgSignature>([\sA-Za-z0-9+/=]*)<\/gepgSignature>\s*<\/Gepg>\s*$/;

/**
 * What a message holds. The signature is verified over the very characters that came, before anything of them is read.
 * @throws {MalformedMessage | WrongSignature}
 */
export const open = (message: string, { hash, gatewayKeys }: Pick<Signing, 'hash' | 'gatewayKeys'>): Element => {
  const [, inner, , signature] = ENVELOPE.exec(message) ?? [];
  if (inner === undefined || signature === undefined)
    throw new MalformedMessage('The message is no signed one of GePG.');
  const written = signature.replaceAll(/\s/g, '');
  const bytes = Buffer.from(written, 'base64');
  // One signature has one form: what Node would read over is not let through.
  const isWhole = bytes.toString('base64') === written;
  const isSigned = isWhole && gatewayKeys.some(key => verify(hash, Buffer.from(inner), key, bytes));
  if (!isSigned) throw new WrongSignature("The signature is not GePG's.");
  return readElement(inner);
};
