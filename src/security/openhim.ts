import { createHash, timingSafeEqual } from 'node:crypto';

/** How OpenHIM proves that it is OpenHIM; one of the two will do. */
export interface OpenhimOptions {
  /** What its routes send as `Authorization`, whole. */
  credential?: string;
  /** SHA-256 fingerprints of the certificates that its routes show. */
  certificates: readonly string[];
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Whether a request comes from OpenHIM, so that what it says of its client may be believed. A wrong credential takes as long to
 * refuse as one that is nearly right.
 */
export const createOpenhimProof = ({
  credential,
  certificates,
}: OpenhimOptions): ((authorization: string | undefined, certificate: string | undefined) => boolean) => {
  const wanted = credential === undefined ? undefined : digest(credential);
  return (authorization, certificate) =>
    (certificate !== undefined && certificates.includes(certificate)) ||
    (wanted !== undefined && authorization !== undefined && timingSafeEqual(digest(authorization), wanted));
};
