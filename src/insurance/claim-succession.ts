import type { Claim, ClaimResponse } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { claimStage } from './claim-stages.ts';
import { bypassed, requestAbout } from './feedback/feedback-request.ts';
import { refusal } from './insurance-refusals.ts';
import type { Identity, InsuranceContext, Lookups } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';
import { codesOf } from './kiungo-codes.ts';
import { say } from './texts/say.ts';
import { isWithdrawn, judgeWithdrawal, withdrawnAnswer } from './withdraw-claim.ts';

/** A claim that this one comes in the place of. */
interface Predecessor {
  /** `Claim/x`; undefined where the reference does not tell. */
  target: string | undefined;
  /** `prior`: it is over already. `replaces`: it is withdrawn in the same unit. */
  relationship: 'prior' | 'replaces';
  /** Where the reference stands. */
  expression: string;
}

/** The claims that this one corrects, by `Claim.related`. https://hl7.org/fhir/R4/claim-definitions.html#Claim.related */
export const predecessorsOf = ({ related = [] }: Pick<Claim, 'related'>): Predecessor[] =>
  related.flatMap(({ claim, relationship }, index) => {
    const codes = codesOf(relationship);
    const kind = (['replaces', 'prior'] as const).find(code => codes.includes(code));
    if (kind === undefined || claim === undefined) return [];
    return [{ target: targetOf(claim), relationship: kind, expression: `Claim.related[${index}].claim` }];
  });

const targetsOf = (claim: Claim): string[] => predecessorsOf(claim).flatMap(({ target }) => target ?? []);

/** The claims that this one corrects and their answers, numbers as they were written. */
export const successionLookups = (claim: Claim): Lookups => {
  const references = claim.related === undefined ? [] : targetsOf(claim);
  if (references.length === 0) return {};
  return {
    corrected: { references, exact: true },
    correctedFeedback: {
      references: references.map(target => target.replace(/^Claim/, 'CommunicationRequest')),
      exact: true,
    },
    correctedAnswers: { references: references.map(target => target.replace(/^Claim/, 'ClaimResponse')), exact: true },
  };
};

/** One claim is corrected by one active claim only, so that what was done counts once. */
export const successionIdentities = (claim: Claim): Identity[] =>
  claim.related === undefined || claim.status !== 'active'
    ? []
    : predecessorsOf(claim).flatMap(({ target, expression }) =>
        target === undefined
          ? []
          : [{ key: `Claim.related|${target}`, told: `the same ${target} in the place of which it comes`, expression }],
      );

interface Corrected extends Predecessor {
  claim: Claim;
  answer: ClaimResponse | undefined;
}

const correctedBy = (claim: Claim, { found }: Pick<InsuranceContext, 'found'>): Corrected[] =>
  claim.status !== 'active' || found.corrected === undefined
    ? []
    : predecessorsOf(claim).flatMap(predecessor => {
        const id = predecessor.target?.replace('Claim/', '');
        const earlier = found.corrected!.find(each => each.id === id) as unknown as Claim | undefined;
        const answer = found.correctedAnswers?.find(each => each.id === id) as unknown as ClaimResponse | undefined;
        return earlier === undefined ? [] : [{ ...predecessor, claim: earlier, answer }];
      });

/** Withdrawn, or rejected as a whole: it is paid nothing, now and later. */
const isOver = ({ claim, answer }: Corrected): boolean =>
  isWithdrawn(claim.status) || (answer !== undefined && answer.outcome !== 'queued' && claimStage(answer) === '1');

/** Refusals of coming in the place of another claim. */
export const judgeSuccession = (claim: Claim, context: InsuranceContext): Issue[] =>
  correctedBy(claim, context).flatMap(corrected => {
    const { relationship, expression, answer } = corrected;
    if (corrected.target === `Claim/${context.id}`) {
      return [refusal('claim-related-invalid', expression, say('claim-related-self'))];
    }
    if (targetOf(corrected.claim.provider, context.baseUrl) !== targetOf(claim.provider, context.baseUrl)) {
      return [refusal('claim-related-invalid', expression, say('claim-related-provider'))];
    }
    if (isOver(corrected)) return [];
    if (relationship === 'replaces') return judgeWithdrawal(answer, expression);
    return [refusal('claim-related-open', expression, say('claim-related-open'))];
  });

/** The earlier claims that are withdrawn in the unit of this one, their answers, and what was to be asked about them. */
export const succeeded = (claim: Claim, context: InsuranceContext): Resource[] =>
  correctedBy(claim, context)
    .filter(corrected => corrected.relationship === 'replaces' && !isOver(corrected))
    .flatMap(corrected => {
      const withdrawn = { ...corrected.claim, status: 'cancelled' } as unknown as Resource;
      const feedback = bypassed(requestAbout(context.found.correctedFeedback, corrected.claim.id ?? ''));
      const why = { text: say('claim-replaced', { claim: `Claim/${context.id}` }), language: context.language };
      return corrected.answer === undefined
        ? [withdrawn, ...feedback]
        : [withdrawn, ...feedback, withdrawnAnswer(corrected.answer as unknown as Resource, 'cancelled', why)];
    });
