import type { Scope } from './caller.ts';

/** Type, letters or a word of version 1, and a query. */
const SYSTEM_SCOPE = /^system\/(\*|[A-Z][A-Za-z]{1,63})\.(c?r?u?d?s?|read|write|\*)(?:\?([!-~]{1,512}))?$/;

/** The words of version 1 in the letters of version 2. */
const WORDS: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/**
 * Reads a scope of SMART for systems, of version 1 (`system/Claim.read`) or 2 (`system/Claim.rs?status=active`). Undefined for every
 * other text: scopes of users and of patients, of OpenID, letters in another order.
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
export const parseScope = (text: string): Scope | undefined => {
  const [, resourceType, permissions, query] = SYSTEM_SCOPE.exec(text) ?? [];
  if (resourceType === undefined || permissions === undefined || permissions === '') return undefined;
  const word = WORDS[permissions];
  if (word !== undefined && query !== undefined) return undefined;
  const letters = word ?? permissions;
  return {
    resourceType,
    create: letters.includes('c'),
    read: letters.includes('r'),
    update: letters.includes('u'),
    delete: letters.includes('d'),
    search: letters.includes('s'),
    ...(query !== undefined && { query }),
  };
};

/** Reads scopes that are separated by blanks, as OAuth 2 writes them; leaves out what is none. */
export const parseScopes = (text: string): Scope[] =>
  text
    .split(' ')
    .map(parseScope)
    .filter(scope => scope !== undefined);
