import type { Claim, ClaimResponse, Coverage, Patient } from 'fhir/r4.js';
import type { Day } from '../fhir/calendar.ts';
import { parseExact } from '../fhir/exact-json.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Deps } from '../interactions/context.ts';
import { foundPages } from '../interactions/found-pages.ts';
import { claimFigures } from '../reporting/claim-figures.ts';
import { enrolmentFigures } from '../reporting/enrolment-figures.ts';
import { createTally, type Figure } from '../reporting/figure.ts';
import type { ReportMeasure } from '../reporting/measures.ts';

/** First and last day, and one subject where not all are wanted. */
export interface Reported {
  start: Day;
  end: Day;
  subject?: string;
}

const PAGE = 200;
/** People and covers that are kept at hand: those of one facility come again and again. */
const MOST_REMEMBERED = 20_000;

type Reader = <Type>(reference: string | undefined) => Promise<Type | undefined>;

const createReader = ({ store, settings }: Deps): Reader => {
  const remembered = new Map<string, unknown>();
  return async <Type>(reference: string | undefined) => {
    const target = reference === undefined ? undefined : parseReference(reference, settings.baseUrl);
    if (target?.kind !== 'local') return undefined;
    const name = `${target.resourceType}/${target.id}`;
    if (remembered.has(name)) return remembered.get(name) as Type | undefined;
    const version = await store.read(target);
    const resource = version === undefined || version.method === 'DELETE' ? undefined : parseExact(version.body);
    if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value!);
    remembered.set(name, resource);
    return resource as Type | undefined;
  };
};

const claimTally = async (deps: Deps, { start, end, subject }: Reported): Promise<readonly Figure[]> => {
  const tally = createTally();
  const reader = createReader(deps);
  const parameters: [string, string][] = [
    ['created', `ge${start}`],
    ['created', `le${end}`],
  ];
  if (subject !== undefined) parameters.push(['provider', subject]);
  for await (const page of foundPages(deps, { resourceType: 'Claim', parameters, exact: true }, PAGE)) {
    for (const claim of page as unknown as Claim[]) {
      if (claim.status !== 'active') continue;
      const answer = await deps.store.read({ resourceType: 'ClaimResponse', id: claim.id! });
      const isAnswered = answer !== undefined && answer.method !== 'DELETE';
      const reported = {
        claim,
        answer: isAnswered ? (parseExact(answer.body) as unknown as ClaimResponse) : undefined,
        patient: await reader<Patient>(claim.patient.reference),
        coverage: await reader<Coverage>(claim.insurance[0]?.coverage.reference),
      };
      for (const figure of claimFigures(reported)) tally.add(figure);
    }
  }
  return tally.figures();
};

const enrolmentTally = async (deps: Deps, { end, subject }: Reported): Promise<readonly Figure[]> => {
  const tally = createTally();
  const reader = createReader(deps);
  const seen = new Set<string>();
  const covered = { resourceType: 'Coverage', parameters: [['status', 'active']] as [string, string][] };
  const { timeZone } = deps.settings;
  for await (const page of foundPages(deps, covered, PAGE)) {
    for (const coverage of page as unknown as Coverage[]) {
      const { reference } = coverage.beneficiary;
      const patient = reference !== undefined && seen.has(reference) ? undefined : await reader<Patient>(reference);
      if (patient === undefined) continue;
      // Each person once, however many coverages they have.
      const figures = enrolmentFigures(patient, coverage, { day: end, timeZone });
      if (figures.length > 0) seen.add(reference!);
      for (const figure of figures) if (subject === undefined || figure.subject === subject) tally.add(figure);
    }
  }
  return tally.figures();
};

/** The figures of a report, from what is stored now: claims that come late change a month that is over. */
export const reportedFigures = (deps: Deps, measure: ReportMeasure, of: Reported): Promise<readonly Figure[]> =>
  measure.dataSet === 'PROCESSED_CLAIM' ? claimTally(deps, of) : enrolmentTally(deps, of);
