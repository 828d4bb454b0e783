import { nearestName } from '../fhir/nearest-name.ts';
import { likelyUcumUnit, UCUM } from '../fhir/ucum.ts';
import { displayIn } from './display-in.ts';
import { grammarOf } from './grammar-systems.ts';
import { isDisplayOf } from './is-display-of.ts';
import type { Terminology, ValueSetCodes, Verdict } from './terminology.ts';

/** A code to be judged; without a system it may be of any that the value set draws on. */
export interface AskedCoding {
  system: string | undefined;
  code: string;
  display: string | undefined;
}

export interface JudgeOptions {
  /** Abstract concepts will do. */
  abstract?: boolean | undefined;
  displayLanguage?: string | undefined;
}

/** What is said of a code: `message` tells why it is not right, why it cannot be told, or what to mind though it is. */
export interface CodingJudgement {
  verdict: Verdict;
  message?: string;
  /** What the code should be called. */
  display?: string;
}

/** Codes that a wrong one is compared with, to tell the one that was meant. */
const MOST_COMPARED = 1000;

/** Judges a code by the code system that it names. https://hl7.org/fhir/R4/codesystem-operation-validate-code.html */
export const judgeInCodeSystem = (
  { system = '', code, display }: AskedCoding,
  { abstract, displayLanguage }: JudgeOptions,
  terminology: Pick<Terminology, 'codeSystem'>,
): CodingJudgement => {
  const codeSystem = terminology.codeSystem(system);
  if (codeSystem === undefined || codeSystem.concepts.size === 0) return judgeByGrammar(system, code);
  const concept = codeSystem.find(code);
  if (concept === undefined) {
    const verdict = codeSystem.judge(code);
    if (verdict === 'no') {
      const hint = meant(nearestName(code, codeSystem.concepts.keys().take(MOST_COMPARED)));
      return { verdict, message: `Code system ${system} has no code \`${code}\`.${hint}` };
    }
    return {
      verdict,
      message: `Of code system ${system} only a part is loaded here, in which there is no \`${code}\`.`,
    };
  }
  const named = displayIn(concept, displayLanguage);
  const shown = named === undefined ? {} : { display: named };
  if (concept.abstract && abstract !== true) {
    return { verdict: 'no', message: `\`${code}\` is abstract: it groups other codes. Take one below it.`, ...shown };
  }
  const hints = [
    ...(concept.inactive ? [`\`${code}\` is not in use any more.`] : []),
    ...(concept.deprecated ? [`\`${code}\` is going out of use.`] : []),
    ...(display === undefined || isDisplayOf(display, concept) ? [] : [`The display of \`${code}\` is "${named}".`]),
  ];
  return { verdict: 'yes', ...(hints.length === 0 ? {} : { message: hints.join(' ') }), ...shown };
};

/** Judges a code by a value set. https://hl7.org/fhir/R4/valueset-operation-validate-code.html */
export const judgeInValueSet = (
  codes: ValueSetCodes,
  asked: AskedCoding,
  options: JudgeOptions,
  terminology: Pick<Terminology, 'codeSystem'>,
): CodingJudgement => {
  const { code } = asked;
  const abstract = options.abstract === true;
  const verdict = codes.judge(code, asked.system, abstract);
  const set = codes.url === '' ? 'the value set' : `value set ${codes.url}`;
  if (verdict === 'unknown') {
    return { verdict, message: [`Whether \`${code}\` is in ${set} cannot be told.`, ...codes.gaps].join(' ') };
  }
  const system = asked.system ?? codes.systems.find(each => codes.judge(code, each, abstract) === 'yes');
  const inSystem = judgeInCodeSystem({ ...asked, system }, options, terminology);
  if (verdict === 'yes') return inSystem.verdict === 'yes' ? inSystem : listed(codes, { ...asked, system });
  if (asked.system !== undefined && codes.judge(code, undefined, abstract) === 'yes') {
    return { verdict, message: `\`${code}\` is in ${set}, but under another system. Correct \`system\`.` };
  }
  if (inSystem.verdict === 'no' && asked.system !== undefined) return inSystem;
  const hint = meant(nearestName(code, codes.sample(MOST_COMPARED)));
  return { verdict, message: `\`${code}\` is not in ${set}.${hint}` };
};

/** A code that a value set lists, of a code system that knows nothing of it. */
const listed = (codes: ValueSetCodes, { system, code, display }: AskedCoding): CodingJudgement => {
  const member = Iterator.from(codes.members()).find(
    ({ member }) => member.code === code && member.system === system,
  )?.member;
  if (member?.display === undefined) return { verdict: 'yes' };
  const isRight = display === undefined || isDisplayOf(display, member);
  return {
    verdict: 'yes',
    ...(isRight ? {} : { message: `The display of \`${code}\` is "${member.display}".` }),
    display: member.display,
  };
};

const judgeByGrammar = (system: string, code: string): CodingJudgement => {
  const grammar = grammarOf(system);
  if (grammar === undefined) return { verdict: 'unknown', message: `Code system ${system} is not loaded here.` };
  const verdict = grammar.judge(code);
  const display = verdict === 'yes' ? grammar.display?.(code) : undefined;
  const hint = system === UCUM && verdict === 'no' ? meant(likelyUcumUnit(code)) : '';
  const message = {
    yes: undefined,
    no: `\`${code}\` is no code of ${system}.${hint}`,
    unknown: `Whether \`${code}\` is a code of ${system} is not known here.`,
  }[verdict];
  return {
    verdict,
    ...(message === undefined ? {} : { message }),
    ...(display === undefined ? {} : { display }),
  };
};

const meant = (name: string | undefined): string => (name === undefined ? '' : ` Did you mean \`${name}\`?`);
