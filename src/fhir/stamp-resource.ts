import { formatInstant } from './datetime.ts';
import { parseExact } from './exact-json.ts';
import type { ParsedResource } from './parse-resource.ts';
import type { JsonObject } from './resource.ts';
import type { MemberSpan } from './scan-json.ts';

/** What the server assigns to every version. `lastUpdated` in milliseconds since 1970 UTC. */
export interface Stamp {
  id: string;
  versionId: number;
  lastUpdated: number;
}

const stampedMeta = (meta: JsonObject | undefined, { versionId, lastUpdated }: Stamp): string => {
  const head = `{"versionId":"${versionId}","lastUpdated":"${formatInstant(lastUpdated)}"`;
  if (meta === undefined) return `${head}}`;
  const { versionId: _version, lastUpdated: _updated, ...rest } = meta;
  const members = JSON.stringify(rest);
  return members === '{}' ? `${head}}` : `${head},${members.slice(1)}`;
};

/**
 * The text to store and serve: what the client wrote, byte for byte, but with `id`, `meta.versionId` and `meta.lastUpdated`
 * as the server assigns them. Type, id and meta come first.
 * https://hl7.org/fhir/R4/resource.html#Meta
 */
export const stampResource = ({ resource, text, scan }: ParsedResource, stamp: Stamp): string => {
  const meta =
    scan.meta === undefined ? undefined : (parseExact(text.slice(scan.meta.valueStart, scan.meta.end)) as JsonObject);
  const head = `{"resourceType":"${resource.resourceType}","id":"${stamp.id}","meta":${stampedMeta(meta, stamp)}`;
  const spans = [scan.resourceType, scan.id, scan.meta].filter((span): span is MemberSpan => span !== undefined);
  spans.sort((a, b) => a.start - b.start);
  const close = text.lastIndexOf('}');
  let rest = '';
  let from = text.indexOf('{') + 1;
  for (const span of spans) {
    rest += text.slice(from, span.start);
    from = span.end === close ? close : span.end + 1;
  }
  const tail = text.slice(from, close);
  rest += tail;
  if (/\S/.test(tail)) return `${head},${rest}}`;
  // What was taken out stood last, and the comma before it is still there.
  const last = rest.trimEnd();
  if (last === '') return `${head}}`;
  return `${head},${last.endsWith(',') ? last.slice(0, -1) : rest}}`;
};

/** The text of a resource that the server made itself, stamped like one that came from a client. Decimals may be raw JSON. */
export const printResource = (resource: JsonObject & { resourceType: string }, stamp: Stamp): string => {
  const { resourceType, id: _id, meta, ...rest } = resource;
  const members = JSON.stringify(rest);
  const head = `{"resourceType":"${resourceType}","id":"${stamp.id}","meta":${stampedMeta(meta as JsonObject | undefined, stamp)}`;
  return members === '{}' ? `${head}}` : `${head},${members.slice(1)}`;
};

const TIME = '"lastUpdated":"';
const TIME_LENGTH = 24;

/** Where the time stands in a text that was stamped. All that comes before it is ASCII. */
export const timeAt = (text: string): number => text.indexOf(TIME) + TIME.length;

/** A text that was stamped with the time of one moment, with that of another, in milliseconds since 1970 UTC. */
export const restamp = (text: string, lastUpdated: number): string => {
  const at = timeAt(text);
  return text.slice(0, at) + formatInstant(lastUpdated) + text.slice(at + TIME_LENGTH);
};
