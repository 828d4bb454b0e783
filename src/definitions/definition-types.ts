/** Types of resources that, when they are stored, say what other resources are judged or found by. */
export const DEFINITION_TYPES: ReadonlySet<string> = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'SearchParameter',
]);
