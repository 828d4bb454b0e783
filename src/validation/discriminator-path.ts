import { isJsonObject } from '../fhir/resource.ts';
import type { Scope } from './plan.ts';
import type { Plans } from './plans.ts';
import { referencedType } from './references.ts';
import { targetWithin } from './scope.ts';
import { type ElementNode, typeCodes, valueFor } from './snapshot-tree.ts';

/** One step of a discriminator's path. */
export type Step =
  | { kind: 'child'; name: string }
  | { kind: 'extension'; url: string }
  | { kind: 'resolve' }
  | { kind: 'ofType'; type: string };

/** A value on the way of a path, with its data type where a choice element or a reference told it; undefined where only that is known. */
export type Visit = (value: unknown, type: string, scope: Scope) => boolean;

const stepForm = /^(?:\$this|extension\('([^']+)'\)|resolve\(\)|ofType\((\w+)\)|([A-Za-z]\w*)(?:\[x\])?)$/;

/** The steps of the FHIRPath that discriminators may use; undefined for any other. https://hl7.org/fhir/R4/profiling.html#discriminator */
export function readPath(path: string): Step[] | undefined {
  const steps: Step[] = [];
  for (const part of path.match(/extension\('[^']+'\)|[^.]+/g) ?? []) {
    const found = stepForm.exec(part);
    if (found === null) return undefined;
    if (part === 'resolve()') steps.push({ kind: 'resolve' });
    else if (found[1] !== undefined) steps.push({ kind: 'extension', url: found[1] });
    else if (found[2] !== undefined) steps.push({ kind: 'ofType', type: found[2] });
    else if (found[3] !== undefined) steps.push({ kind: 'child', name: found[3] });
  }
  return steps;
}

/** The url of an extension slice: stated, or that of the extension's definition. */
export function sliceUrl(slice: ElementNode, plans: Plans): string | undefined {
  const url = slice.children.find(({ name }) => name === 'url');
  const stated = url && (valueFor(url.definition, 'fixed') ?? valueFor(url.definition, 'pattern'));
  if (typeof stated === 'string') return stated;
  const profile = slice.definition.type?.[0]?.profile?.[0];
  return profile === undefined ? undefined : plans.extensionUrl(profile);
}

const rootsOf = (urls: readonly string[], plans: Plans): ElementNode[] =>
  urls.flatMap(url => plans.tree(url.replace(/\|.*$/, ''))?.root ?? []);

/** The element itself, and the profiles that its type has to conform to. */
export const sayingsOf = (node: ElementNode, plans: Plans): ElementNode[] => [
  node,
  ...rootsOf(node.definition.type?.flatMap(({ profile = [] }) => profile) ?? [], plans),
];

/** The element of a slice that a path leads to, as far as the profile, or the profiles that it names, walk that way. */
export function follow(node: ElementNode, steps: readonly Step[], plans: Plans): ElementNode | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return node;
  for (const next of nextNodes(node, step, plans)) {
    const found = follow(next, rest, plans);
    if (found !== undefined) return found;
  }
  return undefined;
}

function nextNodes(node: ElementNode, step: Step, plans: Plans): ElementNode[] {
  switch (step.kind) {
    case 'child':
      return sayingsOf(node, plans).flatMap(({ children }) =>
        children.filter(({ name }) => name === step.name || name === `${step.name}[x]`),
      );
    case 'extension':
      return sayingsOf(node, plans)
        .flatMap(({ children }) => children.filter(({ name }) => name === 'extension'))
        .flatMap(({ slices }) => slices.filter(slice => sliceUrl(slice, plans) === step.url));
    case 'ofType':
      return [...node.slices.filter(({ definition }) => typeCodes(definition).join() === step.type), node];
    case 'resolve':
      return rootsOf(node.definition.type?.flatMap(({ targetProfile = [] }) => targetProfile) ?? [], plans);
  }
}

/** Visits every value that the steps lead to, through arrays, choices and references, until one visit says yes. */
export function walk(steps: readonly Step[], at: number, visit: Visit, plans: Plans): Visit {
  const step = steps[at];
  if (step === undefined) return visit;
  const next = walk(steps, at + 1, visit, plans);
  const each = (value: unknown, type: string, scope: Scope): boolean => {
    if (value === undefined) return false;
    if (!Array.isArray(value)) return next(value, type, scope);
    for (const item of value) if (next(item, type, scope)) return true;
    return false;
  };
  switch (step.kind) {
    case 'child': {
      const { name } = step;
      return (value, _type, scope) => {
        if (!isJsonObject(value)) return false;
        const found = value[name];
        if (found !== undefined) return each(found, '', scope);
        for (const key in value) {
          const type = choiceType(key, name);
          if (type !== undefined && each(value[key], type, scope)) return true;
        }
        return false;
      };
    }
    case 'extension':
      return (value, _type, scope) =>
        isJsonObject(value) &&
        Array.isArray(value.extension) &&
        value.extension.some(item => isJsonObject(item) && item.url === step.url && next(item, 'Extension', scope));
    case 'ofType':
      return (value, type, scope) => (type === step.type || type === '') && next(value, step.type, scope);
    case 'resolve':
      return (value, _type, scope) => {
        if (!isJsonObject(value)) return false;
        const target = targetWithin(value, scope);
        if (target !== undefined) return next(target.resource, target.resource.resourceType, target.scope);
        return next(undefined, referencedType(value, scope, plans.isResourceType) ?? '', scope);
      };
  }
}

/** The type in `valueQuantity` for the choice `value`; a primitive's begins with a capital letter here. */
function choiceType(key: string, name: string): string | undefined {
  if (key.length <= name.length || !key.startsWith(name)) return undefined;
  const first = key.charCodeAt(name.length);
  return first >= 65 && first <= 90 ? key.slice(name.length) : undefined;
}
