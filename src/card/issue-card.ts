import { createHash, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { JsonObject } from '../fhir/resource.ts';
import type { CardKey } from './card-key.ts';

/** What a card says beside the membership. Times are milliseconds since 1970 UTC. */
export interface CardFacts {
  /** Base of the API that the keys are found below. */
  issuer: string;
  issued: number;
  /** From then on the card proves nothing. */
  expires: number;
  /** Of the coverage, as `revocationIdOf` makes it. */
  revocationId: string;
}

/** The only type of credential that is issued. */
export const HEALTH_CARD = 'https://smarthealth.cards#health-card';

/** What a coverage's cards are revoked by; tells nothing of the coverage. https://spec.smarthealth.cards/#revocation */
export const revocationIdOf = (coverageId: string): string =>
  createHash('sha256').update(`Coverage/${coverageId}`).digest('base64url').slice(0, 20);

/**
 * Signs a card: a JSON Web Signature over the deflated credential.
 * https://spec.smarthealth.cards/#health-cards-are-encoded-as-compact-serialization-json-web-signatures-jws
 */
export const issueCard = (
  fhirBundle: JsonObject,
  { issuer, issued, expires, revocationId }: CardFacts,
  { privateKey, publicKey }: CardKey,
): string => {
  const header = JSON.stringify({ zip: 'DEF', alg: 'ES256', kid: publicKey.kid });
  const payload = JSON.stringify({
    iss: issuer,
    nbf: Math.floor(issued / 1000),
    exp: Math.floor(expires / 1000),
    vc: { type: [HEALTH_CARD], rid: revocationId, credentialSubject: { fhirVersion: '4.0.1', fhirBundle } },
  });
  const signed = [Buffer.from(header), deflateRawSync(payload, { level: 9 })].map(part => part.toString('base64url'));
  const signature = sign('sha256', Buffer.from(signed.join('.')), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return [...signed, signature.toString('base64url')].join('.');
};
