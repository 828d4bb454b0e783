/** `JSON` as Node 24 has it: revivers are told the source text, and raw JSON can be printed. */
const exactJson = JSON as unknown as {
  parse(text: string, reviver: (name: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): RawNumber;
};

/** A number in its written form; `JSON.stringify` prints it as it is. */
export interface RawNumber {
  rawJSON: string;
}

/** A number that is printed as `text` says, which must be a JSON number. */
export const rawNumber = (text: string): RawNumber => exactJson.rawJSON(text);

/** Whether a value is a number in its written form. */
export const isRawNumber = (value: unknown): value is RawNumber =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as RawNumber).rawJSON === 'string' &&
  Object.isFrozen(value);

/** The JavaScript number of a number in its written form, or of one that is none. */
export const plainNumber = (value: unknown): number => Number(isRawNumber(value) ? value.rawJSON : value);

/** Like `JSON.parse`, but every number keeps the form it was written in: 10.50 stays 10.50 when printed again. */
export const parseExact = (text: string): unknown =>
  exactJson.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined ? rawNumber(source) : value,
  );
