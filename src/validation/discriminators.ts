import type { ElementDefinition } from '../definitions/definitions.ts';
import { isJsonObject } from '../fhir/resource.ts';
import { expectedValue } from './patterns.ts';
import type { Scope, SlicePlan } from './plan.ts';
import type { Plans } from './plans.ts';
import { referencedType } from './references.ts';
import { type ElementNode, jsonName, typeCodes, valueFor } from './snapshot-tree.ts';

type Discriminator = NonNullable<NonNullable<ElementDefinition['slicing']>['discriminator']>[number];
type Test = SlicePlan['matches'];

/** A value on the way of a discriminator's path, with its data type where a choice element told it. */
type Visit = (value: unknown, type: string, scope: Scope) => boolean;

type Step =
  | { kind: 'child'; name: string }
  | { kind: 'extension'; url: string }
  | { kind: 'resolve' }
  | { kind: 'ofType'; type: string };

const stepForm = /^(?:\$this|extension\('([^']+)'\)|resolve\(\)|ofType\((\w+)\)|([A-Za-z]\w*)(?:\[x\])?)$/;

function readPath(path: string): Step[] | undefined {
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

/** The element of the slice that a path leads to, as far as the profile walks that way. */
function follow(node: ElementNode, steps: readonly Step[], plans: Plans): ElementNode | undefined {
  let current: ElementNode | undefined = node;
  for (const step of steps) {
    if (current === undefined) return undefined;
    if (step.kind === 'child')
      current = current.children.find(({ name }) => name === step.name || name === `${step.name}[x]`);
    else if (step.kind === 'extension') {
      const list: ElementNode | undefined = current.children.find(({ name }) => name === 'extension');
      current = list?.slices.find(slice => sliceUrl(slice, plans) === step.url);
    }
  }
  return current;
}

/** The url of an extension slice: stated, or that of the extension's definition. */
export function sliceUrl(slice: ElementNode, plans: Plans): string | undefined {
  const url = slice.children.find(({ name }) => name === 'url');
  const stated = url && (valueFor(url.definition, 'fixed') ?? valueFor(url.definition, 'pattern'));
  if (typeof stated === 'string') return stated;
  const profile = slice.definition.type?.[0]?.profile?.[0];
  return profile === undefined ? undefined : plans.extensionUrl(profile);
}

/** The least that a value of this element has, put together from the fixed values and patterns of it and its elements. */
export function impliedPattern(node: ElementNode): unknown {
  const own = valueFor(node.definition, 'fixed') ?? valueFor(node.definition, 'pattern');
  if (own !== undefined) return own;
  const parts: Record<string, unknown> = {};
  for (const child of node.children) {
    const [type] = typeCodes(child.definition);
    const repeats = (child.definition.base?.max ?? child.definition.max) !== '1';
    const name = child.name.endsWith('[x]') && type !== undefined ? jsonName(child.name, type) : child.name;
    const values = [child, ...child.slices.filter(slice => (slice.definition.min ?? 0) > 0)]
      .map(impliedPattern)
      .filter(value => value !== undefined);
    if (values.length > 0) parts[name] = repeats ? values.flat() : values[0];
  }
  return Object.keys(parts).length === 0 ? undefined : parts;
}

/** Visits every value that the steps lead to, through arrays and choices, until one visit says yes. */
function walk(steps: readonly Step[], at: number, visit: Visit, plans: Plans): Visit {
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
        return next(value, referencedType(value, scope, plans.isResourceType) ?? '', scope);
      };
  }
}

/** The type in `valueQuantity` for the choice `value`; lower case first for primitives is settled by `isOfType`. */
function choiceType(key: string, name: string): string | undefined {
  if (key.length <= name.length || !key.startsWith(name)) return undefined;
  const first = key.charCodeAt(name.length);
  return first >= 65 && first <= 90 ? key.slice(name.length) : undefined;
}

const never: Test = () => false;

/**
 * Whether an item belongs to a slice by one discriminator: what the slice says at the discriminator's path is looked for at that path
 * of the item. https://hl7.org/fhir/R4/profiling.html#discriminator
 */
export function discriminatorTest(
  discriminator: Discriminator,
  slice: ElementNode,
  base: ElementNode,
  plans: Plans,
): Test {
  const steps = readPath(discriminator.path);
  if (steps === undefined) return never;
  const node = follow(slice, steps, plans);
  switch (discriminator.type) {
    case 'value':
    case 'pattern':
      return valueTest(discriminator.path, steps, node, slice, base, plans);
    case 'exists':
      return existsTest(steps, node, plans);
    case 'type':
      return typeTest(steps, node, plans);
    case 'profile':
      return profileTest(steps, node, plans);
    default:
      return never;
  }
}

function valueTest(
  path: string,
  steps: Step[],
  node: ElementNode | undefined,
  slice: ElementNode,
  base: ElementNode,
  plans: Plans,
): Test {
  if (path === 'url' && typeCodes(base.definition)[0] === 'Extension') {
    const url = sliceUrl(slice, plans);
    return value => isJsonObject(value) && value.url === url;
  }
  if (node === undefined) return never;
  const pattern = impliedPattern(node);
  if (pattern !== undefined) {
    const expected = expectedValue('pattern', pattern);
    return walk(steps, 0, value => expected.matches(value), plans);
  }
  const { binding } = node.definition;
  if (binding?.strength === 'required' && binding.valueSet !== undefined) {
    const bound = plans.binding('required', binding.valueSet);
    return walk(steps, 0, value => bound.judge(value) === 'yes', plans);
  }
  return node.definition.max === '0' ? existsTest(steps, node, plans) : never;
}

function existsTest(steps: Step[], node: ElementNode | undefined, plans: Plans): Test {
  const exists = walk(steps, 0, value => value !== undefined, plans);
  if (node?.definition.max === '0') return (value, type, scope) => !exists(value, type, scope);
  return exists;
}

function typeTest(steps: Step[], node: ElementNode | undefined, plans: Plans): Test {
  const last = steps.at(-1);
  const types = node?.definition.type ?? [];
  const resolved = steps.some(({ kind }) => kind === 'resolve');
  const targets = resolved
    ? plans.targets(
        types.flatMap(({ targetProfile }) => targetProfile ?? []),
        'error',
      )
    : undefined;
  const codes = new Set(types.map(({ code }) => code));
  if (last?.kind === 'ofType') codes.add(last.type);
  return walk(
    steps,
    0,
    (value, type) => {
      if (resolved) return targets?.types()?.has(type) ?? true;
      if (isJsonObject(value) && typeof value.resourceType === 'string')
        return codes.has(value.resourceType) || codes.has('Resource');
      return codes.has(type) || codes.has(type.charAt(0).toLowerCase() + type.slice(1));
    },
    plans,
  );
}

/** A value that conforms to one of the profiles named at the path. */
function profileTest(steps: Step[], node: ElementNode | undefined, plans: Plans): Test {
  const profiles = (node?.definition.type ?? []).flatMap(({ profile }) => profile ?? []).map(url => plans.profile(url));
  return walk(
    steps,
    0,
    (value, _type, scope) => profiles.some(profile => plans.conforms(value, profile, scope)),
    plans,
  );
}
