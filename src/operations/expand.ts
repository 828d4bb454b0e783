import type { ValueSet, ValueSetExpansion, ValueSetExpansionParameter } from 'fhir/r4.js';
import { refuse } from '../fhir/fhir-error.ts';
import { chosenMembers, flatContains, nestedContains } from '../terminology/expand-members.ts';
import { UNCLOSED } from '../terminology/expansion-rules.ts';
import type { Member, ValueSetCodes } from '../terminology/terminology.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { valueSetOf } from './terminology-input.ts';

/** Codes that are given at once. */
const MOST_LISTED = 5000;

const DECLARED = {
  url: 'text',
  valueSet: 'Resource',
  valueSetVersion: 'text',
  filter: 'text',
  offset: 'integer',
  count: 'integer',
  includeDesignations: 'boolean',
  includeDefinition: 'boolean',
  activeOnly: 'boolean',
  excludeNested: 'boolean',
  excludeNotForUI: 'boolean',
  displayLanguage: 'text',
} as const;

/** All members. A list with gaps in it is no answer. @throws {FhirError} 422 naming what is missing */
const membersOf = (codes: ValueSetCodes): Member[] => {
  const all = [...codes.members()];
  if (codes.gaps.length > 0 || all.some(({ verdict }) => verdict === 'unknown')) {
    throw refuse('terminology-incomplete', ['The value set cannot be listed.', ...codes.gaps].join(' '));
  }
  return all.map(({ member }) => member);
};

const requireNotNegative = (name: string, value: number | undefined): void => {
  if (value !== undefined && value < 0) {
    throw refuse('operation-parameter-invalid', `The parameter ${name} must be 0 or more.`);
  }
};

const parameterOf = ([name, value]: [string, unknown]): ValueSetExpansionParameter[] => {
  if (typeof value === 'string') return [{ name, valueString: value }];
  if (typeof value === 'number') return [{ name, valueInteger: value }];
  return typeof value === 'boolean' ? [{ name, valueBoolean: value }] : [];
};

/** What the definition says of itself; its content only where that is asked for. */
const headOf = ({ definition }: ValueSetCodes, includeDefinition: boolean | undefined): ValueSet => {
  const { expansion: _, compose, ...head } = definition;
  if (includeDefinition === true) return { ...head, ...(compose === undefined ? {} : { compose }) };
  const { id, url, version, name, title, status } = head;
  const said = Object.entries({ id, url, version, name, title }).filter(([, value]) => value !== undefined);
  return { resourceType: 'ValueSet', ...Object.fromEntries(said), status };
};

/**
 * Lists the codes of a value set: all, a page, or those that a filter finds. One that cannot be listed whole, because it draws on what
 * is not loaded, is refused; a fragment of a code system is listed and marked as such.
 * https://hl7.org/fhir/R4/valueset-operation-expand.html
 */
export const expand: Operation = {
  code: 'expand',
  levels: new Set(['type', 'instance']),
  affectsState: false,
  run: async (deps, request) => {
    const { url, valueSet, valueSetVersion, includeDefinition, ...options } = readOperationInput(
      request,
      DECLARED,
      deps.settings.maxDepth,
    );
    const { offset, count, filter, excludeNested } = options;
    requireNotNegative('offset', offset);
    requireNotNegative('count', count);
    const codes = await valueSetOf(deps, request, { url, version: valueSetVersion, sent: valueSet });
    const members = chosenMembers(membersOf(codes), options);
    const start = offset ?? 0;
    const page = members.slice(start, start + (count ?? members.length));
    if (page.length > MOST_LISTED) {
      throw refuse(
        'expansion-too-costly',
        `The value set has ${members.length} codes, of which at most ${MOST_LISTED} are given at once. Ask for a page with \`count\` and \`offset\`, or narrow it with \`filter\`.`,
      );
    }
    const isPaged = offset !== undefined || count !== undefined;
    // Only a whole list can be nested: of a page or of what a filter found, the concepts above may be missing.
    const isNested = excludeNested === false && !isPaged && filter === undefined;
    const contains = isNested ? nestedContains(page, options, deps.definitions) : flatContains(page, options);
    const versions = codes.systems.flatMap((system): ValueSetExpansionParameter[] => {
      const version = deps.definitions.codeSystem(system)?.definition.version;
      return version === undefined ? [] : [{ name: 'version', valueUri: `${system}|${version}` }];
    });
    const parameter = [...Object.entries(options).flatMap(parameterOf), ...versions];
    const expansion: ValueSetExpansion = {
      ...(codes.open ? { extension: [{ url: UNCLOSED, valueBoolean: true }] } : {}),
      identifier: `urn:uuid:${deps.newId()}`,
      timestamp: new Date(deps.now()).toISOString(),
      total: members.length,
      ...(isPaged ? { offset: start } : {}),
      ...(parameter.length === 0 ? {} : { parameter }),
      ...(contains.length === 0 ? {} : { contains }),
    };
    return { status: 200, body: JSON.stringify({ ...headOf(codes, includeDefinition), expansion }) };
  },
};
