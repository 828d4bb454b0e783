import {
  createHash,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { startWebhook, type Webhook } from './webhook.ts';

/** A message as this peer would send it. */
export interface DciRequest {
  action: string;
  message: JsonObject;
  header?: JsonObject;
  /** Whose key signs; the peer's own where nothing is said. Nobody's: there is no signature. */
  signedBy?: 'peer' | 'stranger' | 'nobody';
  /** In seconds since 1970. */
  created?: number;
  expires?: number;
}

/** A social registry or programme on the other side of DCI, in this process, with a key and callbacks of its own. */
export interface DciPeer {
  senderId: string;
  /** Where its callbacks are taken. */
  webhook: Webhook;
  callbackUrl: string;
  /** Its public keys. */
  jwks: { keys: JsonWebKey[] };
  /** The text of a message. */
  write(request: DciRequest): string;
  /** The message of an answer, whose signature must be that of a key. */
  open(text: string, key: KeyObject): { header: JsonObject; message: JsonObject };
  close(): Promise<void>;
}

const textToSign = (created: string, expires: string, signed: string): Buffer =>
  Buffer.from(
    `(created): ${created}\n(expires): ${expires}\ndigest: SHA-256=${createHash('sha256').update(signed).digest('base64')}`,
  );

/** Starts the peer on a free port. */
export const startDci = async (senderId = 'sr.example'): Promise<DciPeer> => {
  const [own, stranger] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const webhook = await startWebhook();
  const jwk = { ...own.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA', use: 'sig' };
  return {
    senderId,
    webhook,
    callbackUrl: `${new URL(webhook.url).origin}/callback`,
    jwks: { keys: [jwk] },
    write: ({ action, message, header = {}, signedBy = 'peer', created, expires }) => {
      const head = JSON.stringify({
        ...{ version: '1.0.0', message_id: randomUUID(), message_ts: new Date().toISOString(), action },
        ...{ sender_id: senderId, total_count: 1, is_msg_encrypted: false, ...header },
      });
      // Written with blanks, as other peers may: what is signed is what is sent.
      const body = JSON.stringify(message, null, 1);
      const from = String(created ?? Math.floor(Date.now() / 1000));
      const until = String(expires ?? Number(from) + 600);
      const { privateKey } = signedBy === 'stranger' ? stranger : own;
      const value = sign(null, textToSign(from, until, `${head}${body}`), privateKey).toString('base64');
      const signature =
        `Signature: namespace="dci", kidId="${senderId}|k1|ed25519", algorithm="ed25519", created="${from}", ` +
        `expires="${until}", headers="(created) (expires) digest", signature="${value}"`;
      const written = signedBy === 'nobody' ? '' : ` "signature": ${JSON.stringify(signature)},`;
      return `{${written} "header": ${head}, "message": ${body} }`;
    },
    open: (text, key) => {
      const { signature, header, message } = JSON.parse(text) as Record<string, JsonObject> & { signature: string };
      const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(signature)![1]!;
      const signed = `${JSON.stringify(header)}${JSON.stringify(message)}`;
      const value = Buffer.from(/ signature="([^"]*)"/.exec(signature)![1]!, 'base64');
      if (!verify(null, textToSign(part('created'), part('expires'), signed), key, value)) {
        throw new Error('The answer is not signed by that key');
      }
      return { header: header!, message: message! };
    },
    close: () => webhook.close(),
  };
};
