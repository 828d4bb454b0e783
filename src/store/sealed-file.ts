import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, open, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** How a sealed file begins; then 12 bytes that are used once, the content, and 16 bytes that prove it whole. */
const MARK = Buffer.from('KIUNGO-1');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = MARK.length + NONCE_BYTES;
const CIPHER = 'aes-256-gcm';

/** A sealed file that cannot be opened with the key. */
export class CannotOpenSealed extends Error {
  override name = 'CannotOpenSealed';
}

/** A key of 32 bytes as text, in base64 or hexadecimal. @throws {Error} where it is none */
export const readSealingKey = (text: string): Buffer => {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, /^[\da-f]{64}$/i.test(trimmed) ? 'hex' : 'base64');
  if (key.length === 32) return key;
  throw new Error('The key must be 32 bytes in base64: make one by openssl rand -base64 32.');
};

/** Encrypts a file, whatever its size, with AES-256-GCM. */
export const sealFile = async (from: string, to: string, key: Buffer): Promise<void> => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  await writeFile(to, Buffer.concat([MARK, nonce]), { mode: 0o600 });
  await pipeline(createReadStream(from), cipher, createWriteStream(to, { flags: 'a' }));
  await appendFile(to, cipher.getAuthTag());
};

/** Whether a file is sealed. */
export const isSealed = async (file: string): Promise<boolean> => {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(MARK.length), 0, MARK.length, 0);
    return buffer.equals(MARK);
  } finally {
    await handle.close();
  }
};

/** Decrypts a sealed file. What was written to `to` is worth nothing where it throws. @throws {CannotOpenSealed} */
export const openSealed = async (from: string, to: string, key: Buffer): Promise<void> => {
  const { size } = await stat(from);
  const handle = await open(from);
  const head = Buffer.alloc(HEAD_BYTES);
  const tag = Buffer.alloc(TAG_BYTES);
  await handle.read(head, 0, HEAD_BYTES, 0);
  await handle.read(tag, 0, TAG_BYTES, size - TAG_BYTES);
  await handle.close();
  if (size < HEAD_BYTES + TAG_BYTES) throw new CannotOpenSealed(`${from} is cut off.`);
  const decipher = createDecipheriv(CIPHER, key, head.subarray(MARK.length));
  decipher.setAuthTag(tag);
  const content = createReadStream(from, { start: HEAD_BYTES, end: size - TAG_BYTES - 1 });
  try {
    await pipeline(content, decipher, createWriteStream(to, { mode: 0o600 }));
  } catch (error) {
    throw new CannotOpenSealed(`${from} was sealed with another key, or was changed or cut off since.`, {
      cause: error,
    });
  }
};
