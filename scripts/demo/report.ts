import type { CodeableConcept, Money, OperationOutcome } from 'fhir/r4.js';
import { Client } from 'fhir-kit-client';
import { minorUnits } from '../../src/fhir/currency.ts';
import { decimalOf, formatDecimal } from '../../src/fhir/decimal.ts';

/** What a request came to: its status, and the resource or OperationOutcome of the answer. */
export interface Answer {
  status: number;
  body: unknown;
}

/** What was not as it should be. */
export const failures: string[] = [];
let steps = 0;

export const stepCount = (): number => steps;

export const step = (title: string): void => {
  steps += 1;
  console.log(`\n${steps}. ${title}`);
};

export const say = (text: string): void => console.log(`   ${text}`);

/** Says whether something is as it must be, and remembers when it is not. */
export const check = (holds: boolean, claim: string): void => {
  say(`${holds ? 'ok ' : 'NOT'} ${claim}`);
  if (!holds) failures.push(`step ${steps}: ${claim}`);
};

/** Sends one request through fhir-kit-client, which throws for a refusal. */
export const send = async (line: string, request: Promise<object>): Promise<Answer> => {
  say(line);
  let answer: Answer;
  try {
    const body = await request;
    answer = { status: Client.httpFor(body as never).response?.status ?? 0, body };
  } catch (error) {
    const { response } = error as { response?: { status: number; data: unknown } };
    if (response === undefined) throw error;
    answer = { status: response.status, body: response.data };
  }
  say(`answer: ${answer.status}`);
  return answer;
};

export const amountOf = ({ value, currency = 'USD' }: Money = {}): string =>
  value === undefined ? 'no amount' : `${formatDecimal(decimalOf(value), minorUnits(currency))} ${currency}`;

export const codeOf = (concept?: CodeableConcept): string => concept?.coding?.[0]?.code ?? '?';

export const errorsOf = (body: unknown): OperationOutcome['issue'] =>
  (body as OperationOutcome).issue.filter(({ severity }) => severity === 'error');

export const printErrors = (body: unknown): void => {
  for (const { expression, details, diagnostics } of errorsOf(body)) {
    say(`- ${expression?.[0]} [${codeOf(details)}]`);
    say(`    ${diagnostics}`);
  }
};
