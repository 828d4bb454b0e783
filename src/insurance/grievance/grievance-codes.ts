import type { CodeableConcept, Communication, Task } from 'fhir/r4.js';
import { codeOf, KIUNGO } from '../kiungo-codes.ts';

/** The code system of complaints and their tasks. */
export const GRIEVANCE = `${KIUNGO}/CodeSystem/grievance`;

/** How far up a complaint has gone. */
export const LEVELS = ['level-1', 'level-2', 'level-3'] as const;

/** A concept of the code system of complaints. */
export const grievanceConcept = (code: string): CodeableConcept => ({ coding: [{ system: GRIEVANCE, code }] });

/** The code of such a concept. */
export const grievanceCode = (concept: CodeableConcept | undefined): string | undefined => codeOf(concept, GRIEVANCE);

/** Whether a message is a complaint, which is never lost. */
export const isGrievance = ({ category = [] }: Pick<Communication, 'category'>): boolean =>
  category.some(concept => grievanceCode(concept) === 'grievance');

/** Whether a task is to answer a complaint. */
export const isGrievanceTask = ({ code }: Pick<Task, 'code'>): boolean => grievanceCode(code) === 'grievance';

/** Statuses in which nobody works at a task any more. */
export const CLOSED: readonly string[] = ['completed', 'rejected', 'cancelled', 'failed', 'entered-in-error'];
