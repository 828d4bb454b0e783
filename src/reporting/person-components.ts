import type { Patient } from 'fhir/r4.js';
import type { Day } from '../fhir/calendar.ts';
import { ageGroup } from './age-group.ts';

const SEX: Readonly<Record<string, string>> = { male: 'M', female: 'F', other: 'O' };

/** By what figures of persons are told apart, on a day; what is not known is `O` and `UNKNOWN`, so that nobody is left out. */
export const personComponents = (patient: Patient | undefined, day: Day): { sex: string; ageGroup: string } => ({
  sex: SEX[patient?.gender ?? ''] ?? 'O',
  ageGroup: ageGroup(patient?.birthDate, day) ?? 'UNKNOWN',
});
