import type { SearchParameter } from '../definitions/definitions.ts';

/** Elements that are shown of every resource. */
const ALWAYS = ['id', 'meta'];

/** The elements of a type that the expression of a search parameter begins with; undefined where it does not say so plainly. */
const rootElements = (resourceType: string, { expression = '' }: SearchParameter): string[] | undefined => {
  const alternatives = expression.split('|').map(each => each.trim().replace(/^\(+/, ''));
  const own = alternatives.filter(each => each.startsWith(`${resourceType}.`) || each.startsWith('Resource.'));
  const roots = own.map(each => /^[A-Z]\w*\.(\w+)/.exec(each)?.[1]);
  return roots.length === 0 || roots.includes(undefined) ? undefined : (roots as string[]);
};

/** Of the search parameters of a type, those that find by nothing but elements that are shown: others would tell what is not. */
export const shownParameters = (
  resourceType: string,
  parameters: ReadonlyMap<string, SearchParameter>,
  elements: ReadonlySet<string>,
): ReadonlyMap<string, SearchParameter> =>
  new Map(
    [...parameters].filter(([, parameter]) =>
      rootElements(resourceType, parameter)?.every(root => elements.has(root) || ALWAYS.includes(root)),
    ),
  );
