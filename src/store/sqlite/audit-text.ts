import type { RowSeal } from './row-seal.ts';

/** What a sealed text begins with; one in clear is JSON, or empty. */
const MARK = '~';

const rowOf = (sequence: number): string => `audit row ${sequence}`;

const sealText = (text: string, sequence: number, seal: RowSeal): string =>
  MARK + seal.close(Buffer.from(text), rowOf(sequence)).toString('base64');

const sealedBytes = (kept: string): Buffer => Buffer.from(kept.slice(MARK.length), 'base64');

/** The text of an audit row as it is kept: sealed where there is a seal, for queries may hold names. One that is empty stays so. */
export const encodeAuditText = (text: string, sequence: number, seal: RowSeal | undefined): string =>
  seal === undefined || text === '' ? text : sealText(text, sequence, seal);

/** The text that was given to `encodeAuditText`. */
export const decodeAuditText = (kept: string, sequence: number, seal: RowSeal | undefined): string =>
  seal !== undefined && kept.startsWith(MARK) ? seal.open(sealedBytes(kept), rowOf(sequence)).toString() : kept;

/** A kept text as it is sealed with the first key, or in clear; undefined where it is so already. */
export const resealAuditText = (
  kept: string,
  sequence: number,
  seal: RowSeal,
  inClear: boolean,
): string | undefined => {
  const isSealed = kept.startsWith(MARK);
  const isDone = inClear ? !isSealed : kept === '' || (isSealed && seal.isOfFirst(sealedBytes(kept)));
  if (isDone) return undefined;
  const text = decodeAuditText(kept, sequence, seal);
  return inClear ? text : sealText(text, sequence, seal);
};
