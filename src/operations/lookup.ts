import type { ParametersParameter } from 'fhir/r4.js';
import { refuse } from '../fhir/fhir-error.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import type { InteractionResult } from '../interactions/context.ts';
import type { CodeSystemConcepts } from '../terminology/code-system-concepts.ts';
import type { Concept } from '../terminology/concept.ts';
import { displayIn } from '../terminology/display-in.ts';
import { grammarOf } from '../terminology/grammar-systems.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';
import { askedCodings, loadedCodeSystem } from './terminology-input.ts';

const DECLARED = {
  code: 'text',
  system: 'text',
  version: 'text',
  coding: 'Coding',
  displayLanguage: 'text',
  property: 'text*',
} as const;

type Part = ParametersParameter | undefined;

const text = (name: string, value: string | undefined): Part =>
  value === undefined ? undefined : { name, valueString: value };

const group = (name: string, parts: readonly Part[]): ParametersParameter => ({
  name,
  part: parts.filter(each => each !== undefined),
});

const propertyPart = (code: string, value: Omit<ParametersParameter, 'name'>): ParametersParameter =>
  group('property', [
    { name: 'code', valueCode: code },
    { name: 'value', ...value },
  ]);

/** Every property that a concept has, those that R4 defines for all code systems too, each with its name. */
const propertiesOf = (concept: Concept, codeSystem: CodeSystemConcepts): [string, ParametersParameter][] => {
  const { code, definition, properties } = concept;
  const own = properties.map(({ code: name, extension: _, ...value }): [string, ParametersParameter] => [
    name,
    propertyPart(name, value),
  ]);
  const told = new Set(properties.map(property => `${property.code} ${property.valueCode}`));
  const related = (name: string, codes: readonly string[]): [string, ParametersParameter][] =>
    codes.filter(each => !told.has(`${name} ${each}`)).map(each => [name, propertyPart(name, { valueCode: each })]);
  return [
    ...(definition === undefined
      ? []
      : [['definition', propertyPart('definition', { valueString: definition })] as [string, ParametersParameter]]),
    ...own,
    ...related('parent', codeSystem.parents(code)),
    ...related('child', codeSystem.children(code)),
  ];
};

const conceptResult = (
  concept: Concept,
  codeSystem: CodeSystemConcepts,
  { property, displayLanguage }: { property: readonly string[]; displayLanguage: string | undefined },
): InteractionResult => {
  const { name, title, version, url } = codeSystem.definition;
  const isAsked = (asked: string): boolean => property.length === 0 || property.includes(asked);
  const designations = concept.designations.filter(
    ({ language }) => isAsked('designation') || property.includes(`lang.${language}`),
  );
  return parametersResult([
    text('name', name ?? title ?? url),
    isAsked('version') ? text('version', version) : undefined,
    text('display', displayIn(concept, displayLanguage) ?? concept.code),
    ...designations.map(({ language, use, value }) =>
      group('designation', [
        language === undefined ? undefined : { name: 'language', valueCode: language },
        use === undefined ? undefined : { name: 'use', valueCoding: use },
        text('value', value),
      ]),
    ),
    ...propertiesOf(concept, codeSystem).flatMap(([asked, parameter]) => (isAsked(asked) ? [parameter] : [])),
  ]);
};

/** A code of a system that follows a rule has a name at most. */
const grammarResult = (system: string, code: string): InteractionResult => {
  const grammar = grammarOf(system);
  if (grammar === undefined) {
    throw refuse('terminology-unknown', `Code system ${system} is not loaded here. Correct \`system\`.`);
  }
  if (grammar.judge(code) !== 'yes') {
    throw refuse('concept-unknown', `${code} is no code of ${system} that is known here.`);
  }
  return parametersResult([text('name', grammar.name), text('display', grammar.display?.(code) ?? code)]);
};

/**
 * Tells what a code system says of a code: its display, designations and properties, all or those that are asked for.
 * https://hl7.org/fhir/R4/codesystem-operation-lookup.html
 */
export const lookup: Operation = {
  code: 'lookup',
  levels: new Set(['type']),
  affectsState: false,
  run: async (deps, request) => {
    const input = readOperationInput(request, DECLARED, deps.settings.maxDepth);
    const { version } = input;
    const { system, code } = askedCodings(
      { ...input, display: undefined, codeableConcept: undefined },
      input.system,
    )[0]!;
    if (system === undefined) throw refuse('operation-parameter-missing', 'Name the code system by `system`.');
    const codeSystem = loadedCodeSystem(deps, system, version);
    if (codeSystem === undefined || codeSystem.concepts.size === 0) return grammarResult(system, code);
    const concept = codeSystem.find(code);
    if (concept === undefined) {
      const nearest = nearestName(code, codeSystem.concepts.keys().take(1000));
      const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
      const part = codeSystem.whole ? '' : ', as far as it is loaded here';
      throw refuse('concept-unknown', `Code system ${system} has no code ${code}${part}.${hint}`);
    }
    return conceptResult(concept, codeSystem, input);
  },
};
