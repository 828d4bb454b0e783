import type {
  Coverage,
  CoverageEligibilityRequest,
  CoverageEligibilityResponse,
  CoverageEligibilityResponseInsurance,
} from 'fhir/r4.js';
import { dayOf } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/resource.ts';
import { coveredDays, firstDayOf, isInForce } from './coverage-in-force.ts';
import { eligibilityBenefits, type ToldBenefits } from './eligibility-benefits.ts';
import { askedPatient, asksForBenefits } from './eligibility-question.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';
import { openimisConcept } from './openimis-codes.ts';
import { planCode } from './set-up/read-cover.ts';
import { type Message, say, sayAll } from './texts/say.ts';

/** The day that the question is about: the day of service, its first day, or the day of asking. */
const askedDay = ({ servicedDate, servicedPeriod, created }: CoverageEligibilityRequest, timeZone: string): string =>
  firstDayOf(servicedDate ?? servicedPeriod?.start ?? servicedPeriod?.end ?? created, timeZone) ?? created;

/** The coverages that the question is about: those that it names, else all of the patient. */
const askedCoverages = ({ insurance = [] }: CoverageEligibilityRequest, coverages: readonly Coverage[]): Coverage[] => {
  const named = new Set(insurance.map(({ coverage }) => targetOf(coverage)));
  return coverages.filter(({ id }) => named.size === 0 || named.has(`Coverage/${id}`));
};

const insuranceOf = (
  coverage: Coverage,
  inforce: boolean,
  told: ToldBenefits | undefined,
): CoverageEligibilityResponseInsurance => {
  const { start, end } = coverage.period ?? {};
  const plan = coverage.class?.find(({ type }) => type.coding?.some(({ code }) => code === 'plan'));
  return {
    coverage: { reference: `Coverage/${coverage.id}` },
    inforce,
    ...(start === undefined ? {} : { benefitPeriod: { start, ...(end === undefined ? {} : { end }) } }),
    item: [
      {
        category: openimisConcept('coverage-item-category', 'benefit'),
        ...(plan === undefined ? {} : { name: plan.value }),
        ...(plan?.name === undefined ? {} : { description: plan.name }),
        ...(told === undefined || told.limits.length === 0 ? {} : { benefit: [...told.limits] }),
      },
      ...(told?.items ?? []),
    ],
  };
};

/** What is nearest to the day without cover: when the last coverage ended and when the next begins. */
const nearest = (coverages: readonly Coverage[], day: string, timeZone: string): Message[] => {
  const active = coverages.filter(({ status }) => status === 'active');
  const days = active.map(({ period }) => coveredDays(period, timeZone));
  const ended = days
    .map(({ last }) => last)
    .filter(last => last < day)
    .sort()
    .at(-1);
  const begins = days
    .map(({ first }) => first)
    .filter(first => first > day)
    .sort()[0];
  const stopped = coverages.some(
    coverage => coverage.status !== 'active' && isInForce({ ...coverage, status: 'active' }, day, timeZone),
  );
  return [
    ...(stopped ? [say('coverage-stopped')] : []),
    ...(ended === undefined ? [] : [say('coverage-ended', { day: ended })]),
    ...(begins === undefined ? [] : [say('coverage-begins', { day: begins })]),
  ];
};

const disposition = (
  request: CoverageEligibilityRequest,
  asked: readonly Coverage[],
  inForce: number,
  day: string,
  { timeZone, unjudged }: { timeZone: string; unjudged: readonly string[] },
): Message => {
  const named = new Set((request.insurance ?? []).map(({ coverage }) => targetOf(coverage))).size;
  const others = named - asked.length;
  const covered = inForce === 1 ? say('covered-by-one', { day }) : say('covered-by-several', { day, count: inForce });
  const foreign = others === 1 ? say('coverage-other-one') : say('coverage-others', { count: others });
  return sayAll(
    [
      ...(inForce > 0 ? [covered] : [say('not-covered', { day }), ...nearest(asked, day, timeZone)]),
      ...(others > 0 ? [foreign] : []),
      ...(unjudged.length === 0 ? [] : [say('coverage-unjudged', { products: unjudged.join(', ') })]),
    ],
    ' ',
  );
};

/**
 * The answer to a question about cover: the patient's coverages in force on the asked day (scheme's time zone), with period and
 * product, and, where benefits are asked for, what is left of them. Coverages that the question names are listed when they are not in force, too. Says nothing else about the patient.
 * https://hl7.org/fhir/R4/coverageeligibilityresponse.html
 */
export const coverageEligibilityResponse = (exact: Resource, context: InsuranceContext): Resource => {
  const request = exact as unknown as CoverageEligibilityRequest;
  const { timeZone, language } = context;
  const day = askedDay(request, timeZone);
  const asked = askedCoverages(request, (context.found.coverages ?? []) as unknown as readonly Coverage[]);
  const inForce = asked.filter(coverage => isInForce(coverage, day, timeZone));
  const listed = request.insurance === undefined ? inForce : asked;
  const benefits = asksForBenefits(request) ? eligibilityBenefits(request, day, context) : new Map();
  const unjudged =
    request.item === undefined
      ? []
      : [...new Set(inForce.filter(({ id }) => !benefits.has(id ?? '')).map(coverage => planCode(coverage) ?? ''))];
  const response: CoverageEligibilityResponse = {
    resourceType: 'CoverageEligibilityResponse',
    language,
    ...(request.identifier === undefined ? {} : { identifier: request.identifier }),
    status: request.status,
    purpose: request.purpose,
    patient: askedPatient(request, context.found),
    ...(request.servicedDate === undefined ? {} : { servicedDate: request.servicedDate }),
    ...(request.servicedPeriod === undefined ? {} : { servicedPeriod: request.servicedPeriod }),
    created: dayOf(context.now, timeZone),
    request: { reference: `CoverageEligibilityRequest/${context.id}` },
    outcome: 'complete',
    disposition: disposition(request, asked, inForce.length, day, { timeZone, unjudged })(language),
    insurer: request.insurer,
    ...(listed.length === 0
      ? {}
      : {
          insurance: listed.map(coverage =>
            insuranceOf(coverage, inForce.includes(coverage), benefits.get(coverage.id ?? '')),
          ),
        }),
  };
  return response as unknown as Resource;
};
