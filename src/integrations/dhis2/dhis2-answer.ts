/** What DHIS2 made of values that were sent. */
export interface Dhis2Outcome {
  /** All values are there now, those that were there before too. */
  isTaken: boolean;
  imported: number;
  updated: number;
  /** Unchanged ones among them. */
  ignored: number;
  /** Why values were not taken, in DHIS2's words, each reason once. */
  reasons: readonly string[];
}

interface Summary {
  status?: string;
  description?: string;
  importCount?: { imported?: number; updated?: number; ignored?: number };
  conflicts?: { object?: string; objects?: Record<string, string>; value?: string }[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Newer versions wrap the summary, 2.37 and older give it bare. */
const summaryOf = (body: unknown): Summary | undefined => {
  if (!isObject(body)) return undefined;
  if (isObject(body.response)) return body.response;
  return 'importCount' in body ? body : undefined;
};

/**
 * Judges an answer to values by its body: the status of HTTP differs between versions, and warnings come with 200. Unchanged values are
 * counted as ignored, which is no failure.
 */
export const judgeAnswer = (status: number, text: string): Dhis2Outcome => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const summary = summaryOf(body);
  const { imported = 0, updated = 0, ignored = 0 } = summary?.importCount ?? {};
  const conflicts = (summary?.conflicts ?? []).map(({ object, objects, value }) =>
    [object ?? Object.values(objects ?? {}).join(' '), value].filter(Boolean).join(': '),
  );
  const message = isObject(body) && typeof body.message === 'string' ? body.message : `DHIS2 answered ${status}.`;
  const isTaken = summary !== undefined && conflicts.length === 0 && ['SUCCESS', 'OK'].includes(summary.status ?? '');
  const reasons = isTaken || conflicts.length > 0 ? conflicts : [summary?.description ?? message];
  return { isTaken, imported, updated, ignored, reasons: [...new Set(reasons)] };
};
