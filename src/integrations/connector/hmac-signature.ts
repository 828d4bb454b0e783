import { createHmac, timingSafeEqual } from 'node:crypto';

const signatureOf = (secret: string, body: string | Buffer): Buffer =>
  createHmac('sha256', secret).update(body).digest();

/** `sha256=` and the HMAC of a body in hexadecimal, by the first secret. */
export const sign = ([secret = '']: readonly string[], body: string | Buffer): string =>
  `sha256=${signatureOf(secret, body).toString('hex')}`;

/** Whether a signature is that of a body by one of the secrets, compared in constant time; never where there is no secret. */
export const isSigned = (secrets: readonly string[], body: string | Buffer, signature: string | undefined): boolean => {
  const [, digits] = /^sha256=([0-9a-f]{64})$/.exec(signature ?? '') ?? [];
  if (digits === undefined) return false;
  const given = Buffer.from(digits, 'hex');
  return secrets.map(secret => timingSafeEqual(signatureOf(secret, body), given)).includes(true);
};
