import type { Scope } from './caller.ts';

const LETTERS = { create: 'c', read: 'r', update: 'u', delete: 'd', search: 's' } as const;
type Permission = keyof typeof LETTERS;
const PERMISSIONS = Object.keys(LETTERS) as Permission[];

/** The text of a scope, in version 2. */
export const writeScope = (scope: Scope): string => {
  const letters = PERMISSIONS.filter(permission => scope[permission]).map(permission => LETTERS[permission]);
  return `system/${scope.resourceType}.${letters.join('')}${scope.query === undefined ? '' : `?${scope.query}`}`;
};

/** Both conditions: parameters of a search that stand side by side must all hold. */
const bothQueries = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || b === undefined || a === b ? (a ?? b) : `${a}&${b}`;

/** What two scopes have in common, or nothing. */
const commonScope = (asked: Scope, allowed: Scope): Scope | undefined => {
  const { resourceType } = asked.resourceType === '*' ? allowed : asked;
  if (allowed.resourceType !== '*' && allowed.resourceType !== resourceType) return undefined;
  const has = (permission: Permission): boolean => asked[permission] && allowed[permission];
  if (!PERMISSIONS.some(has)) return undefined;
  const query = bothQueries(asked.query, allowed.query);
  return {
    resourceType,
    create: has('create'),
    read: has('read'),
    update: has('update'),
    delete: has('delete'),
    search: has('search'),
    ...(query !== undefined && { query }),
  };
};

/** Of what a client asks for, what it is registered for: never more than either of the two, each scope once. */
export const grantScopes = (asked: readonly Scope[], allowed: readonly Scope[]): Scope[] => {
  const granted = new Map<string, Scope>();
  for (const one of asked) {
    for (const other of allowed) {
      const scope = commonScope(one, other);
      if (scope !== undefined) granted.set(writeScope(scope), scope);
    }
  }
  return [...granted.values()];
};
