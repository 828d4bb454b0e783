import type { Patient } from 'fhir/r4.js';
import type { Deps } from '../interactions/context.ts';
import { candidateSearches } from '../matching/candidate-searches.ts';
import { comparePersons, type Likeness } from '../matching/compare-persons.ts';
import { replacedBy } from '../matching/merged-records.ts';
import { readPerson } from '../matching/read-person.ts';
import type { StoredVersion } from '../store/store.ts';

/** A patient who may be the same person. */
export interface Candidate {
  version: StoredVersion;
  likeness: Likeness;
}

/** Patients that one of the searches finds at most: what finds more tells nobody apart. */
const MOST_FOUND = 300;

/** Patients who may be the person, those most like first; without those for whom too little speaks, and without `but`. */
export const findCandidates = async (deps: Deps, patient: Patient, but?: string): Promise<Candidate[]> => {
  const person = readPerson(patient);
  const searches = candidateSearches(patient, person, deps.settings.timeZone);
  const found = new Map<string, StoredVersion>();
  for (const where of searches) {
    const query = { resourceType: 'Patient', where, sort: [], count: MOST_FOUND, total: 'none' as const };
    for (const version of (await deps.store.search(query)).versions) found.set(version.id, version);
  }
  if (but !== undefined) found.delete(but);
  return [...found.values()]
    .flatMap(version => {
      const other = JSON.parse(version.body) as Patient;
      const likeness = comparePersons(person, readPerson(other));
      return likeness.grade === undefined || replacedBy(other) !== undefined ? [] : [{ version, likeness }];
    })
    .sort((a, b) => b.likeness.points - a.likeness.points || (a.version.id < b.version.id ? -1 : 1));
};
