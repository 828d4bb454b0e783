import type { Flag } from 'fhir/r4.js';
import type { Resource } from '../../fhir/resource.ts';
import type { SearchLookup } from '../insurance-rule.ts';
import { KIUNGO } from '../kiungo-codes.ts';
import type { FraudRuleCode, FraudSignal } from './fraud-signal.ts';

const SYSTEM = `${KIUNGO}/fraud-signal`;
const DETAIL = 'http://hl7.org/fhir/StructureDefinition/flag-detail';

/** What a signal is told by, so that it is told once: its rule and what it is about. */
const signalValue = (rule: FraudRuleCode, about: string): string => `${rule}|${about}`;

const escaped = (value: string): string => value.replaceAll(/[\\,|$]/g, '\\$&');

/** The flags that are there already of these rules about something; nobody may raise one meanwhile. */
export const flagsAbout = (rules: readonly FraudRuleCode[], about: string): SearchLookup => ({
  resourceType: 'Flag',
  parameters: [['identifier', rules.map(rule => `${SYSTEM}|${escaped(signalValue(rule, about))}`).join(',')]],
  isHeld: true,
});

/** The flags of what was found and is not flagged yet. `subject` is who is to be asked, a reference. */
export const newFlags = (
  signals: readonly FraudSignal[],
  raised: readonly Resource[],
  { about, subject, today, insurer }: { about: string; subject: string; today: string; insurer: string },
): Resource[] =>
  signals
    .filter(({ rule }) => {
      const known = signalValue(rule, about);
      return !(raised as unknown as Flag[]).some(({ identifier }) => identifier?.some(({ value }) => value === known));
    })
    .map(({ rule, text, details }): Flag => {
      const looked = about.startsWith('Claim/') ? [about, ...details] : details;
      return {
        resourceType: 'Flag',
        ...(looked.length === 0
          ? {}
          : { extension: looked.map(reference => ({ url: DETAIL, valueReference: { reference } })) }),
        identifier: [{ system: SYSTEM, value: signalValue(rule, about) }],
        status: 'active',
        category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/flag-category', code: 'admin' }] }],
        code: { coding: [{ system: `${KIUNGO}/CodeSystem/fraud-signal`, code: rule }], text },
        subject: { reference: subject },
        period: { start: today },
        author: { reference: insurer },
      };
    })
    .map(flag => flag as unknown as Resource);
