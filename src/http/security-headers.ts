/**
 * Headers of every answer: it is what its type says, and a browser that shows it (a Binary can be a page) runs nothing of it, whoever stored
 * it.
 */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
} as const;

/** With TLS: a browser that was here once comes back with TLS only. */
export const STRICT_TRANSPORT = 'max-age=31536000';
