import type { Resource } from '../fhir/resource.ts';
import { adjudicateClaim } from './adjudicate-claim.ts';
import { checkedAnswer } from './checked-answer.ts';
import type { InsuranceStep } from './insurance-rule.ts';

/** Pays a checked claim: its lines are not checked again, its amounts are computed anew. */
export const processClaim: InsuranceStep = (exact, context) => {
  const found = checkedAnswer(exact, context);
  if ('issues' in found) return found;
  const { claim, checked, entered } = found;
  return { answer: adjudicateClaim(entered, claim, context, { upTo: '16', checked }) as unknown as Resource };
};
