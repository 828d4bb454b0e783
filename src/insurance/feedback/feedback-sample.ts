import type { Claim, Organization } from 'fhir/r4.js';
import type { Found, Scheme } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { kiungoExtension } from '../kiungo-codes.ts';
import { businessIdentifier } from '../openimis-codes.ts';

const SIZE = 2 ** 32;

/** A number from 0 up to, not including, 1, the same for the same text and spread evenly (FNV-1a, mixed as MurmurHash3 ends). */
const spread = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / SIZE;
};

const keyOf = ({ identifier, provider }: Claim): string =>
  `${targetOf(provider) ?? ''}|${businessIdentifier(identifier)?.value ?? ''}`;

/** Percent of the claims of an insurer of which feedback is asked: as it says itself, or as the scheme's settings do. */
const shareOf = (found: Found, { feedbackShare }: Scheme): number => {
  const insurer = found.insurer?.[0] as unknown as Organization | undefined;
  const told = insurer?.extension?.find(({ url }) => url === kiungoExtension('feedback-share'))?.valueDecimal;
  return told === undefined ? feedbackShare : Number(told);
};

/** Whether feedback is asked about a claim: by its provider and number alone, so that nobody can choose and everybody can check. */
export const isInFeedbackSample = (claim: Claim, found: Found, scheme: Scheme): boolean => {
  const share = shareOf(found, scheme);
  return share > 0 && spread(keyOf(claim)) * 100 < share;
};

/** One of several, the same for the same claim. */
export const chosenFor = <Choice>(claim: Claim, choices: readonly Choice[]): Choice | undefined =>
  choices[Math.floor(spread(`${keyOf(claim)}|officer`) * choices.length)];
