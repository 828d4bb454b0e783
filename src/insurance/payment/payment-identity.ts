import type { Identifier } from 'fhir/r4.js';
import type { Identity } from '../insurance-rule.ts';

const escaped = (part: string): string => part.replaceAll(/[\\|]/g, '\\$&');

/** Longest part of an identifier's value that is told. */
const MOST_TOLD = 100;

/** What only one payment of that type may have; none where the identifier has no value. */
export const paymentIdentity = (
  resourceType: string,
  { system = '', value }: Identifier,
  expression: string,
): Identity[] =>
  value === undefined || value === ''
    ? []
    : [
        {
          key: `${resourceType}|${escaped(system)}|${escaped(value)}`,
          told: `the identifier ${value.slice(0, MOST_TOLD)}`,
          expression,
        },
      ];
