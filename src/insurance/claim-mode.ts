import type { Claim, Organization } from 'fhir/r4.js';
import type { ClaimMode, Found, Scheme } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';
import { kiungoExtension } from './kiungo-codes.ts';

const MODES: readonly ClaimMode[] = ['review', 'adjudicate', 'forward'];

/** The insurer (`Organization/x`) that a claim goes to: the one that it names, or the scheme's. */
export const insurerOf = ({ insurer }: Claim, scheme: Pick<Scheme, 'insurer'>): string =>
  targetOf(insurer) ?? scheme.insurer;

/** Who judges a claim: as its insurer says, or as the scheme's settings do. Only active claims for payment are judged here. */
export const claimMode = (claim: Claim, found: Found, scheme: Scheme): ClaimMode => {
  if (claim.status !== 'active' || claim.use !== 'claim') return 'forward';
  const insurer = found.insurer?.[0] as unknown as Organization | undefined;
  const told = insurer?.extension?.find(({ url }) => url === kiungoExtension('claim-mode'))?.valueCode;
  return MODES.find(mode => mode === told) ?? scheme.claimMode;
};
