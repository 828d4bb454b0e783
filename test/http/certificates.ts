import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

/** A certificate with its key, made here, so that tests need no other program. */
export interface TestCertificate {
  cert: string;
  key: string;
  /** SHA-256, in lower-case hexadecimal. */
  fingerprint: string;
  name: string;
  privateKey: KeyObject;
}

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
};

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const TRUE = der(0x01, Buffer.from([0xff]));

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));
const timeOf = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));

const DAY_MS = 86_400_000;
const BASIC_CONSTRAINTS = sequence(oid('551d13'), TRUE, der(0x04, sequence(TRUE)));
const LOCALHOST = sequence(oid('551d11'), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))));

/**
 * Makes a certificate (X.509, P-256), for 127.0.0.1 and good for a day: signed by `issuer`, or by itself as an authority that may
 * sign others. https://www.rfc-editor.org/rfc/rfc5280
 */
export const newCertificate = (name: string, issuer?: TestCertificate): TestCertificate => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = issuer === undefined ? [BASIC_CONSTRAINTS, LOCALHOST] : [LOCALHOST];
  const serial = randomBytes(8);
  serial[0] = 1;
  const toSign = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ECDSA_SHA256,
    nameOf(issuer?.name ?? name),
    sequence(timeOf(Date.now() - DAY_MS), timeOf(Date.now() + DAY_MS)),
    nameOf(name),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', toSign, issuer?.privateKey ?? privateKey);
  const cert = new X509Certificate(sequence(toSign, ECDSA_SHA256, bits(signature)));
  return {
    cert: cert.toString(),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    fingerprint: cert.fingerprint256.replaceAll(':', '').toLowerCase(),
    name,
    privateKey,
  };
};
