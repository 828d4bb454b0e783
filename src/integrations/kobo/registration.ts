import type { Patient } from 'fhir/r4.js';
import { isJsonObject, type JsonObject, type Resource } from '../../fhir/resource.ts';
import { fillTemplate } from './fill-template.ts';
import type { Form, FormResource } from './form-settings.ts';
import type { Submission } from './read-submission.ts';

/** Who is known here and may be a person. */
export interface Alike {
  id: string;
  isCertain: boolean;
}

/** What a submission says, as resources. */
export interface Registration {
  /** Those that are to be stored; nobody of them is active. */
  resources: readonly Resource[];
  /** Reference to what the first resource of the form is about. */
  focus: string | undefined;
  /** References to those who are known already, and have no record of their own here. */
  known: readonly string[];
  /** Pairs of references: a new record, and one that may be of the same person. */
  doubtful: readonly (readonly [string, string])[];
}

/** System of the numbers that records of submissions have. */
const RECORDS = 'https://kiungo.example/fhir/kobo-record';
const MOST_ITEMS = 200;

interface Part {
  from: FormResource;
  id: string;
  answers: readonly JsonObject[];
}

const partsOf = (form: Form, { root, answers }: Submission): Part[] =>
  form.resources.flatMap(from => {
    const id = `${root}-${from.name}`;
    if (from.repeat === undefined) return [{ from, id, answers: [answers] }];
    const items = answers[from.repeat];
    return (Array.isArray(items) ? items.slice(0, MOST_ITEMS) : [])
      .filter(isJsonObject)
      .map((item, index) => ({ from, id: `${id}-${index + 1}`, answers: [item, answers] }));
  });

/** Not active until somebody has looked, and with a number, which openIMIS asks for. */
const unverified = (resource: JsonObject, id: string): Resource => {
  if (resource.resourceType === 'QuestionnaireResponse') return { ...resource, id } as unknown as Resource;
  const given = Array.isArray(resource.identifier) ? resource.identifier : [];
  const identifier = [...given, { system: RECORDS, value: id }];
  return { ...resource, id, identifier, active: false } as unknown as Resource;
};

/**
 * Makes resources of a submission. Who is certainly known has no second record: what refers to the person refers to the one that there is.
 * @param match who may be the same person, those most like first
 */
export const registrationOf = async (
  form: Form,
  submission: Submission,
  match: (patient: Patient) => Promise<readonly Alike[]>,
): Promise<Registration> => {
  const parts = partsOf(form, submission);
  const { codes } = form;
  const references = new Map<string, string[]>();
  const resources: Resource[] = [];
  const known: string[] = [];
  const doubtful: [string, string][] = [];
  const ofPeopleFirst = (part: Part): number => (part.from.resource.resourceType === 'Patient' ? 0 : 1);
  for (const { from, id, answers } of parts.toSorted((a, b) => ofPeopleFirst(a) - ofPeopleFirst(b))) {
    const resource = unverified(fillTemplate(from.resource, { answers, codes, references }), id);
    const reference = `${resource.resourceType}/${id}`;
    const found = resource.resourceType === 'Patient' ? await match(resource as unknown as Patient) : [];
    const alike = found.filter(each => !each.id.startsWith(submission.root));
    const certain = alike.filter(({ isCertain }) => isCertain).map(each => `Patient/${each.id}`);
    const isKnown = certain.length === 1;
    if (isKnown) known.push(certain[0]!);
    else {
      resources.push(resource);
      for (const each of alike) doubtful.push([reference, `Patient/${each.id}`]);
    }
    references.set(from.name, [...(references.get(from.name) ?? []), isKnown ? certain[0]! : reference]);
  }
  return { resources, focus: references.get(form.resources[0]!.name)?.[0], known, doubtful };
};
