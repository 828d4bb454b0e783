import type { Patient } from 'fhir/r4.js';
import { OPENIMIS } from './openimis-codes.ts';

const IS_HEAD = `${OPENIMIS}/StructureDefinition/patient-is-head`;

/** The head of a family (`Patient/id`), or else who is named first. */
export const familyHead = ([first, ...others]: readonly Patient[]): string => {
  const isHead = ({ extension = [] }: Patient): boolean =>
    extension.some(({ url, valueBoolean }) => url === IS_HEAD && valueBoolean === true);
  return `Patient/${([first, ...others].find(member => member && isHead(member)) ?? first)?.id}`;
};
