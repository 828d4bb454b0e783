import { randomUUID } from 'node:crypto';
import type { Identifier, MeasureReport } from 'fhir/r4.js';
import { buildBundle } from '../fhir/bundle.ts';
import { dayOf } from '../fhir/datetime.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Deps } from '../interactions/context.ts';
import type { Figure } from '../reporting/figure.ts';
import { MEASURES, measureOf } from '../reporting/measures.ts';
import { summaryReport } from '../reporting/summary-report.ts';
import type { Operation, OperationRequest } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { type Reported, reportedFigures } from './reported-figures.ts';

const DECLARED = { measure: 'text', periodStart: 'text', periodEnd: 'text', subject: 'text' } as const;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

const requireDay = (name: string, text: string | undefined): string => {
  if (text !== undefined && DAY.test(text)) return text;
  throw refuse(
    text === undefined ? 'operation-parameter-missing' : 'operation-parameter-invalid',
    `The parameter ${name} must be a day, like 2026-01-31.`,
  );
};

const readInput = (deps: Deps, request: OperationRequest) => {
  const { measure: name, ...input } = readOperationInput(request, DECLARED, deps.settings.maxDepth);
  const known = MEASURES.map(({ url }) => url).join(' or ');
  if (name === undefined) throw refuse('operation-parameter-missing', `Say which report: measure=${known}.`);
  const measure = measureOf(name);
  if (measure === undefined) throw refuse('operation-parameter-invalid', `The parameter measure must be ${known}.`);
  const of: Reported = {
    start: requireDay('periodStart', input.periodStart),
    end: requireDay('periodEnd', input.periodEnd),
  };
  if (of.end < of.start) throw refuse('operation-parameter-invalid', 'periodEnd must not be before periodStart.');
  if (input.subject !== undefined) {
    const target = parseReference(input.subject, deps.settings.baseUrl);
    if (target.kind !== 'local' || target.resourceType !== measure.subject) {
      const what = `${measure.subject}/<id>`;
      throw refuse('operation-parameter-invalid', `The parameter subject of this report must be ${what}.`);
    }
    of.subject = `${target.resourceType}/${target.id}`;
  }
  return { measure, of };
};

const identifierOf = async ({ store, settings }: Deps, subject: string): Promise<Identifier | undefined> => {
  const target = parseReference(subject, settings.baseUrl);
  const version = target.kind === 'local' ? await store.read(target) : undefined;
  if (version === undefined || version.method === 'DELETE') return undefined;
  const { identifier = [] } = JSON.parse(version.body) as { identifier?: Identifier[] };
  const code = identifier.find(({ type }) => type?.coding?.some(each => each.code === 'Code')) ?? identifier[0];
  return code?.value === undefined ? undefined : { value: code.value };
};

/** A figure of diagnoses that is too small could tell of a person. */
const isLargeEnough = ({ dataElement, count = 0 }: Figure, leastCell: number): boolean =>
  dataElement !== 'NB_CLAIM_SERVICE_ICD' || count >= leastCell;

/**
 * Makes the reports of a period: the one of a subject, or a Bundle of those of all subjects that have figures.
 * https://hl7.org/fhir/R4/measure-operation-evaluate-measure.html
 */
export const evaluateMeasure: Operation = {
  code: 'evaluate-measure',
  levels: new Set(['type']),
  affectsState: false,
  run: async (deps, request) => {
    const { measure, of } = readInput(deps, request);
    const { timeZone, currency, leastCell } = deps.settings;
    const figures = (await reportedFigures(deps, measure, of)).filter(figure => isLargeEnough(figure, leastCell));
    const bySubject = Map.groupBy(figures, ({ subject }) => subject);
    if (of.subject !== undefined && !bySubject.has(of.subject)) bySubject.set(of.subject, []);
    const date = dayOf(deps.now(), timeZone);
    const reports: MeasureReport[] = [];
    for (const [subject, each] of bySubject) {
      const identifier = await identifierOf(deps, subject);
      reports.push(summaryReport(each, { ...of, measure, subject, identifier, date, currency }));
    }
    const texts = reports.map(report => JSON.stringify(report));
    return {
      status: 200,
      body:
        of.subject === undefined
          ? buildBundle({
              type: 'collection',
              entries: texts.map(text => `{"fullUrl":"urn:uuid:${randomUUID()}","resource":${text}}`),
            })
          : texts[0]!,
    };
  },
};
