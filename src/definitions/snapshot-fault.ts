import type { SnapshotError } from './snapshot-error.ts';

/** What is wrong with a definition, and where it stands. */
export interface DefinitionFault {
  expression: string;
  text: string;
}

/** Why no snapshot can be made of a StructureDefinition, for whoever has to correct it. */
export const snapshotFault = ({ structure, element, reason }: SnapshotError): DefinitionFault => {
  const { derivation, differential } = structure;
  const text = `No snapshot can be made of it: ${reason.replace(/\.$/, '')}.`;
  const at = element === undefined ? -1 : (differential?.element.indexOf(element) ?? -1);
  if (at !== -1) {
    return { expression: `StructureDefinition.differential.element[${at}]`, text: `${text} Correct the differential.` };
  }
  return derivation === 'specialization'
    ? { expression: 'StructureDefinition.derivation', text }
    : { expression: 'StructureDefinition.baseDefinition', text: `${text} Post the base first, or correct the url.` };
};
