import type {
  CodeSystem,
  CodeSystemConcept,
  CodeSystemConceptDesignation,
  CodeSystemConceptProperty,
} from 'fhir/r4.js';

/** A concept of a code system, with what supplements say of it. */
export interface Concept {
  readonly code: string;
  readonly display: string | undefined;
  readonly definition: string | undefined;
  readonly designations: readonly CodeSystemConceptDesignation[];
  readonly properties: readonly CodeSystemConceptProperty[];
  /** Groups others and is not to be chosen itself: `notSelectable`. */
  readonly abstract: boolean;
  /** Not to be used any more. */
  readonly inactive: boolean;
  /** Can still be used, but will become inactive. */
  readonly deprecated: boolean;
}

const STANDARD = 'http://hl7.org/fhir/concept-properties#';
/** Names under which published code systems have a standard property without saying so. */
const SYNONYMS: Readonly<Record<string, string>> = { abstract: 'notSelectable', subsumedBy: 'parent' };
const INACTIVE_STATUS = new Set(['inactive', 'retired', 'withdrawn']);

/**
 * The name that R4 gives to a property of this code system: by its uri where the code system declares one, else by its code.
 * https://hl7.org/fhir/R4/codesystem.html#defined-props
 */
export const standardProperty = ({ property = [] }: Pick<CodeSystem, 'property'>, code: string): string => {
  const uri = property.find(each => each.code === code)?.uri;
  if (uri?.startsWith(STANDARD)) return uri.slice(STANDARD.length);
  return SYNONYMS[code] ?? code;
};

/** The value of a concept's property as text. */
export const propertyText = (property: CodeSystemConceptProperty): string => {
  const { valueCode, valueString, valueInteger, valueBoolean, valueDateTime, valueDecimal, valueCoding } = property;
  return `${valueCode ?? valueString ?? valueInteger ?? valueBoolean ?? valueDateTime ?? valueDecimal ?? valueCoding?.code}`;
};

/** A concept as a code system defines it, with what supplements add: designations and properties. */
export const conceptOf = (
  { code, display, definition, designation, property }: CodeSystemConcept,
  supplements: readonly CodeSystemConcept[],
  nameOf: (property: string) => string,
): Concept => {
  const properties = [...(property ?? []), ...supplements.flatMap(each => each.property ?? [])];
  const texts = (name: string): string[] =>
    properties.length === 0 ? [] : properties.filter(each => nameOf(each.code) === name).map(propertyText);
  const status = texts('status');
  return {
    code,
    display,
    definition,
    designations: [...(designation ?? []), ...supplements.flatMap(each => each.designation ?? [])],
    properties,
    abstract: texts('notSelectable').includes('true'),
    inactive: texts('inactive').includes('true') || status.some(each => INACTIVE_STATUS.has(each)),
    deprecated: status.includes('deprecated') || texts('deprecated').length > 0,
  };
};
