import { parseDateRange } from '../../fhir/datetime.ts';
import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';

/** One submission of a form, in the version that was told. */
export interface Submission {
  /** Stays what it is when the submission is edited. */
  root: string;
  /** Of this version. */
  uuid: string;
  /** FHIR dateTime. */
  submitted: string;
  /** By the path of the question, like `household/size`; those of a repeat in a list of the same form. */
  answers: JsonObject;
}

const UUID = /^(?:uuid:)?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;

const uuidAt = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? UUID.exec(value)?.[1]?.toLowerCase() : undefined;

/** Reads what KoboToolbox tells of a submission; undefined where that has no `_uuid`, or no time. Its times are UTC and do not say so. */
export const readSubmission = (told: unknown): Submission | undefined => {
  if (!isJsonObject(told)) return undefined;
  const uuid = uuidAt(told._uuid);
  const [time] = TIME.exec(typeof told._submission_time === 'string' ? told._submission_time : '') ?? [];
  const submitted = `${time}Z`;
  if (uuid === undefined || parseDateRange(submitted) === undefined) return undefined;
  return {
    root: uuidAt(told['meta/rootUuid']) ?? uuid,
    ...{ uuid, submitted, answers: { ...told, _submission_time: submitted } },
  };
};
