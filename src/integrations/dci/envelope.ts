import { FhirError } from '../../fhir/fhir-error.ts';
import { parseJson, requireUniqueNames } from '../../fhir/parse-json.ts';
import { isJsonObject, type JsonObject } from '../../fhir/resource.ts';
import { DciFault } from './dci-fault.ts';

/** A message of DCI's: `{signature, header, message}`. */
export interface Envelope {
  /** Empty where there is none. */
  signature: string;
  header: JsonObject;
  message: JsonObject;
  /** What the signature is over: the header and the message, one after the other, in the very characters that came. */
  signed: string;
}

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** The members of an object in the characters that they are written in, by their names. */
const memberTexts = (text: string): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>();
  let depth = 0;
  let word = '';
  let name: string | undefined;
  let begin = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (depth === 1 && token === ':' && name === undefined) {
      name = JSON.parse(word) as string;
      begin = index + 1;
    } else if (depth === 1 && (token === ',' || token === '}') && name !== undefined) {
      texts.set(name, text.slice(begin, index).trim());
      name = undefined;
    }
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else word = token;
  }
  return texts;
};

const readBody = (body: Buffer, maxDepth: number): { value: unknown; text: string } => {
  try {
    const parsed = parseJson(body, maxDepth);
    requireUniqueNames(parsed);
    return parsed;
  } catch (error) {
    if (error instanceof FhirError) throw new DciFault('err.request.bad', error.issues[0]!.diagnostics);
    throw error;
  }
};

/**
 * Reads a message; nothing in it is proven.
 * @throws {DciFault} for what is none
 */
export const readEnvelope = (body: Buffer, maxDepth: number): Envelope => {
  const { value, text } = readBody(body, maxDepth);
  const { signature = '', header, message } = isJsonObject(value) ? value : {};
  if (!isJsonObject(header) || !isJsonObject(message)) {
    throw new DciFault('err.request.bad', 'A message is an object with the objects "header" and "message".');
  }
  if (typeof signature !== 'string') throw new DciFault('err.signature.invalid', '"signature" is a text.');
  const texts = memberTexts(text);
  return { signature, header, message, signed: `${texts.get('header')}${texts.get('message')}` };
};
