import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import type { NativeRule } from './plan.ts';

interface Fault {
  rule: 'contained-nested' | 'contained-id' | 'contained-meta' | 'contained-unreferenced';
  index: number;
  text: string;
}

/** Every text in the value that refers to something by #. */
function collectFragments(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) === 35) found.add(value.slice(1));
  } else if (Array.isArray(value)) for (const item of value) collectFragments(item, found);
  else if (isJsonObject(value)) for (const name in value) collectFragments(value[name], found);
}

function* faultsOf(resource: JsonObject): Generator<Fault> {
  const { contained } = resource;
  if (!Array.isArray(contained)) return;
  const referenced = new Set<string>();
  collectFragments(resource, referenced);
  const ids = new Set<string>();
  for (const [index, item] of contained.entries()) {
    if (!isJsonObject(item)) continue;
    const { id } = item as Resource;
    if (typeof id !== 'string') {
      yield {
        rule: 'contained-id',
        index,
        text: 'A contained resource needs an `id`, so that #id can refer to it. Add one.',
      };
    } else if (ids.has(id)) {
      yield { rule: 'contained-id', index, text: 'Another contained resource has the same `id`. Give each its own.' };
    } else {
      ids.add(id);
      const own = new Set<string>();
      if (!referenced.has(id)) collectFragments(item, own);
      if (!referenced.has(id) && !own.has('')) {
        yield {
          rule: 'contained-unreferenced',
          index,
          text: 'Nothing refers to this contained resource. Refer to it by #id, or remove it.',
        };
      }
    }
    if (item.contained !== undefined) {
      yield {
        rule: 'contained-nested',
        index,
        text: 'A contained resource contains another one. Move it to `contained` of the outermost resource.',
      };
    }
    const { meta } = item;
    if (
      isJsonObject(meta) &&
      (meta.versionId !== undefined || meta.lastUpdated !== undefined || meta.security !== undefined)
    ) {
      yield {
        rule: 'contained-meta',
        index,
        text: 'A contained resource has no version, time of change or security label of its own. Remove `versionId`, `lastUpdated` and `security` from its `meta`.',
      };
    }
  }
}

/** Contained resources: each with an id of its own, referred to, not nested, without version (dom-2 to dom-5). https://hl7.org/fhir/R4/references.html#contained */
export const containedRule: NativeRule = {
  holds: value => (value as JsonObject).contained === undefined || faultsOf(value as JsonObject).next().done === true,
  explain(value, _scope, path, report) {
    for (const { rule, index, text } of faultsOf(value as JsonObject))
      report.error(rule, `${path}.contained[${index}]`, text);
  },
};
