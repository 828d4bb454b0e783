import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import { OPENIMIS, type OpenimisSystem, openimisConcept } from '../insurance/openimis-codes.ts';
import { codingWritten } from './coding-written.ts';
import { codeIgnoringCase } from './loaded-codes.ts';
import { memberWritten, type Rewriting } from './rewriting.ts';

const says = (from: string, to: string): string => `The code \`${from}\` was written as \`${to}\`.`;

/** A category that says what it is in words only. */
const categoryText = (element: string, system: OpenimisSystem, codes: readonly string[]): Rewriting => ({
  rule: 'normalized-category',
  elements: [element],
  sent: `a \`text\` and no coding, the text being \`${codes.join('`, `')}\``,
  written: `a coding of \`${system}\` beside the text`,
  rewrite: value => {
    if (!isJsonObject(value) || value.coding !== undefined || typeof value.text !== 'string') return undefined;
    const code = value.text.trim().toLowerCase();
    if (!codes.includes(code)) return undefined;
    return {
      value: { ...(openimisConcept(system, code) as JsonObject), ...value },
      said: `The category was given as text. The code \`${code}\` of ${system} was added.`,
    };
  },
});

/** Words that openIMIS has for states, and R4's codes for the same. */
const word = (element: string, words: Readonly<Record<string, string>>): Rewriting => ({
  rule: 'normalized-code',
  elements: [element],
  sent: `a word of openIMIS: ${Object.keys(words)
    .map(each => `\`${each}\``)
    .join(', ')}`,
  written: Object.values(words)
    .map(each => `\`${each}\``)
    .join(', '),
  rewrite: value => {
    const found = Object.entries(words).find(
      ([from]) => typeof value === 'string' && value.toLowerCase() === from.toLowerCase(),
    );
    return found && { value: found[1], said: says(...found) };
  },
});

const BENEFIT_TYPE = `${OPENIMIS}/CodeSystem/coverage-item-benefit-type`;

/** Codes in capitals, in words, and in text. */
export const codeRewritings: readonly Rewriting[] = [
  {
    rule: 'normalized-code',
    elements: ['code'],
    sent: 'a code in capitals (`ACTIVE`, `MALE`), where R4 has the same in small letters',
    written: 'the code in small letters',
    rewrite: (value, { definition: { binding } }, { definitions }) => {
      if (typeof value !== 'string' || binding?.strength !== 'required' || binding.valueSet === undefined) {
        return undefined;
      }
      const small = value.toLowerCase();
      if (small === value) return undefined;
      const codes = definitions.valueSet(binding.valueSet);
      if (codes === undefined || codes.judge(value) === 'yes' || codes.judge(small) !== 'yes') return undefined;
      return { value: small, said: says(value, small) };
    },
  },
  {
    rule: 'normalized-code',
    elements: ['Coding'],
    sent: 'a code that is written in other capitals than its code system has it (`Service`, `male`)',
    written: 'the code as its code system has it',
    rewrite: (value, _place, { definitions }) => {
      if (!isJsonObject(value) || typeof value.system !== 'string' || typeof value.code !== 'string') return undefined;
      const { system, code } = value;
      const known = codeIgnoringCase(definitions.codeSystem(system), code);
      return known === undefined ? undefined : memberWritten(value, 'code', known, says(code, known));
    },
  },
  categoryText('Claim.item.category', 'claim-item-category', ['item', 'service']),
  categoryText('Claim.supportingInfo.category', 'claim-supporting-info-category', [
    'explanation',
    'guarantee',
    'attachment',
  ]),
  word('Contract.status', { Idle: 'offered', Active: 'executed' }),
  word('Invoice.status', { active: 'issued' }),
  {
    rule: 'normalized-code',
    elements: ['CoverageEligibilityResponse.insurance.item.benefit.type'],
    sent: '`service_left`, which the code system does not have',
    written: '`item_left`',
    rewrite: value =>
      codingWritten(value, ({ system, code }) =>
        code === 'service_left' && system === BENEFIT_TYPE
          ? ['code', 'item_left', says('service_left', 'item_left')]
          : undefined,
      ),
  },
];
