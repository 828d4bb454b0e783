import { isJsonObject, type Json } from '../fhir/resource.ts';

/** A JSON Patch sets a whole Reference, or the text of one. */
const isReferenceAt = (holder: Json, key: string): boolean =>
  key === 'reference' ||
  (key === 'value' && isJsonObject(holder) && typeof holder.path === 'string' && holder.path.endsWith('/reference'));

/**
 * The data of a Binary that holds a patch as JSON, in base64, with references to other entries of the transaction resolved. What holds no
 * JSON, or none such, stays as it is.
 */
export const resolvePatchReferences = (data: string, targets: ReadonlyMap<string, string>): string => {
  let isResolved = false;
  const resolve = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(resolve);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const target = typeof item === 'string' && isReferenceAt(value, key) ? targets.get(item) : undefined;
        isResolved ||= target !== undefined;
        return [key, target ?? resolve(item)];
      }),
    );
  };
  const text = Buffer.from(data, 'base64').toString('utf8');
  if (![...targets.keys()].some(url => text.includes(url))) return data;
  try {
    const resolved = resolve(JSON.parse(text) as Json);
    return isResolved ? Buffer.from(JSON.stringify(resolved)).toString('base64') : data;
  } catch {
    return data;
  }
};
