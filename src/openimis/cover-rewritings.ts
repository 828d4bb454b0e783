import type { Coverage } from 'fhir/r4.js';
import { parseReference } from '../fhir/reference.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';
import { firstDayOf, isInForce } from '../insurance/coverage-in-force.ts';
import { objectsIn, type Rewriting } from './rewriting.ts';

const isWithoutInsurance = ({ resourceType, insurance }: JsonObject): boolean =>
  resourceType === 'Claim' && (insurance === undefined || (Array.isArray(insurance) && insurance.length === 0));

/** The id of the patient whose coverages decide about a claim without insurance; undefined for any other resource. */
export const uninsuredPatient = (resource: Resource): string | undefined => {
  const { patient } = resource;
  if (!isWithoutInsurance(resource) || !isJsonObject(patient) || typeof patient.reference !== 'string')
    return undefined;
  const target = parseReference(patient.reference);
  return target.kind === 'local' && target.resourceType === 'Patient' ? target.id : undefined;
};

const startOf = (period: Json | undefined): Json | undefined => (isJsonObject(period) ? period.start : undefined);

/** The day on which cover must hold: that of the billable period, of the first line, or of the claim itself. */
const dayOfClaim = ({ billablePeriod, item, created }: JsonObject, timeZone: string): string | undefined => {
  const days = (texts: readonly (Json | undefined)[]): string[] =>
    texts.flatMap(text => (typeof text === 'string' ? (firstDayOf(text, timeZone) ?? []) : [])).sort();
  const [billed] = days([startOf(billablePeriod)]);
  const [served] = days(objectsIn(item).flatMap(({ item: line }) => [line.servicedDate, startOf(line.servicedPeriod)]));
  return billed ?? served ?? days([created])[0];
};

/** What a claim leaves out that the register knows. */
export const coverRewritings: readonly Rewriting[] = [
  {
    rule: 'normalized-insurance',
    elements: ['Claim'],
    sent: 'no `insurance`',
    written:
      'the one coverage of the patient that is in force on the first day of the billable period, else of the lines, else on the day of `created`; with none or several, nothing',
    rewrite: (value, _place, { coverages, timeZone }) => {
      if (!isJsonObject(value) || coverages === undefined || !isWithoutInsurance(value)) return undefined;
      const day = dayOfClaim(value, timeZone);
      if (day === undefined) return undefined;
      const inForce = coverages.filter(coverage => isInForce(coverage as unknown as Coverage, day, timeZone));
      if (inForce.length !== 1) {
        const number = inForce.length === 0 ? 'no coverage' : `${inForce.length} coverages`;
        return {
          value,
          said: `insurance was left out, and was not added, because the patient has ${number} in force on ${day}. Name the coverage that is to pay.`,
          at: 'insurance',
          rule: 'not-normalized',
        };
      }
      const reference = `Coverage/${inForce[0]!.id}`;
      return {
        value: { ...value, insurance: [{ sequence: 1, focal: true, coverage: { reference } }] },
        said: `insurance was left out. ${reference}, the only one of the patient in force on ${day}, was added.`,
        at: 'insurance',
      };
    },
  },
];
