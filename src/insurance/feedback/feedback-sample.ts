import type { Claim, Organization } from 'fhir/r4.js';
import type { Found, Scheme } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { kiungoExtension } from '../kiungo-codes.ts';
import { businessIdentifier } from '../openimis-codes.ts';
import { spread } from '../spread.ts';

/** What a claim is told by: its provider and its number. */
export const claimKey = ({ identifier, provider }: Claim): string =>
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
  return share > 0 && spread(claimKey(claim)) * 100 < share;
};
