import type { ElementDefinition } from '../definitions/definitions.ts';
import { isJsonObject } from '../fhir/resource.ts';
import { follow, readPath, type Step, sayingsOf, sliceUrl, walk } from './discriminator-path.ts';
import { pathTest } from './generate-pattern.ts';
import { expectedValue } from './patterns.ts';
import type { SlicePlan } from './plan.ts';
import type { Plans } from './plans.ts';
import { type ElementNode, jsonName, typeCodes, valueFor } from './snapshot-tree.ts';

type Discriminator = NonNullable<NonNullable<ElementDefinition['slicing']>['discriminator']>[number];
type Test = SlicePlan['matches'];

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

/** The part of a pattern that steps lead to, by the first item of arrays. */
function partOf(pattern: unknown, steps: readonly Step[]): unknown {
  let part = pattern;
  for (const step of steps) {
    const whole = Array.isArray(part) ? part[0] : part;
    if (step.kind !== 'child' || !isJsonObject(whole)) return undefined;
    part = whole[step.name];
  }
  return part;
}

/** What a slice asks of the value that the steps lead to: there, or as part of what it asks of an element before. */
function patternAt(slice: ElementNode, steps: readonly Step[], plans: Plans): unknown {
  for (let length = steps.length; length >= 0; length--) {
    const node = follow(slice, steps.slice(0, length), plans);
    if (node === undefined) continue;
    for (const saying of sayingsOf(node, plans)) {
      const part = partOf(impliedPattern(saying), steps.slice(length));
      if (part !== undefined) return part;
    }
  }
  return undefined;
}

const never: Test = () => false;

const LONGEST_PATH = 4;

/**
 * Whether an item belongs to a slice by one discriminator: what the slice says at the discriminator's path is looked for at that path
 * of the item. Undefined where the path cannot be read. https://hl7.org/fhir/R4/profiling.html#discriminator
 */
export function discriminatorTest(
  discriminator: Discriminator,
  slice: ElementNode,
  base: ElementNode,
  plans: Plans,
): Test | undefined {
  const steps = readPath(discriminator.path);
  if (steps === undefined) return undefined;
  switch (discriminator.type) {
    case 'value':
    case 'pattern':
      return valueTest(discriminator.path, steps, slice, base, plans);
    case 'exists':
      return existsTest(steps, follow(slice, steps, plans), plans);
    case 'type':
      return typeTest(steps, slice, plans);
    case 'profile':
      return profileTest(steps, slice, plans);
    default:
      return undefined;
  }
}

function valueTest(path: string, steps: readonly Step[], slice: ElementNode, base: ElementNode, plans: Plans): Test {
  if (path === 'url' && typeCodes(base.definition)[0] === 'Extension') {
    const url = sliceUrl(slice, plans);
    return value => isJsonObject(value) && value.url === url;
  }
  const pattern = patternAt(slice, steps, plans);
  if (pattern !== undefined) {
    const expected = expectedValue('pattern', pattern);
    const test = walk(steps, 0, value => expected.matches(value), plans);
    const names = steps.flatMap(step => (step.kind === 'child' ? [step.name] : []));
    // Arrays on the way double the code of what follows them.
    const isPlain = names.length === steps.length && names.length <= LONGEST_PATH;
    return isPlain ? pathTest(names, pattern, test) : test;
  }
  const node = follow(slice, steps, plans);
  if (node === undefined) return never;
  const { binding } = node.definition;
  if (binding?.strength === 'required' && binding.valueSet !== undefined) {
    const bound = plans.binding('required', binding.valueSet);
    return walk(steps, 0, value => bound.judge(value) === 'yes', plans);
  }
  return node.definition.max === '0' ? existsTest(steps, node, plans) : never;
}

function existsTest(steps: readonly Step[], node: ElementNode | undefined, plans: Plans): Test {
  const exists = walk(steps, 0, value => value !== undefined, plans);
  if (node?.definition.max === '0') return (value, type, scope) => !exists(value, type, scope);
  return exists;
}

/** Steps that end in `resolve()` are about the types and profiles that the Reference before it may point to. */
const isResolved = (steps: readonly Step[]) => steps.at(-1)?.kind === 'resolve';
const beforeResolve = (steps: readonly Step[]) => (isResolved(steps) ? steps.slice(0, -1) : steps);

function typeTest(steps: readonly Step[], slice: ElementNode, plans: Plans): Test {
  const types = follow(slice, beforeResolve(steps), plans)?.definition.type ?? [];
  const allowed = types.flatMap(({ targetProfile }) => targetProfile ?? []);
  const targets = isResolved(steps) ? plans.targets(allowed, 'error') : undefined;
  const last = steps.at(-1);
  const codes = new Set(types.map(({ code }) => code));
  if (last?.kind === 'ofType') codes.add(last.type);
  return walk(
    steps,
    0,
    (value, type) => {
      if (isResolved(steps)) return targets?.types()?.has(type) ?? true;
      if (isJsonObject(value) && typeof value.resourceType === 'string')
        return codes.has(value.resourceType) || codes.has('Resource');
      return codes.has(type) || codes.has(type.charAt(0).toLowerCase() + type.slice(1));
    },
    plans,
  );
}

/** A value that conforms to one of the profiles named at the path. */
function profileTest(steps: readonly Step[], slice: ElementNode, plans: Plans): Test {
  const types = follow(slice, beforeResolve(steps), plans)?.definition.type ?? [];
  const urls = types.flatMap(({ profile = [], targetProfile = [] }) => (isResolved(steps) ? targetProfile : profile));
  const profiles = urls.map(url => plans.profile(url));
  return walk(
    steps,
    0,
    (value, _type, scope) => profiles.some(profile => plans.conforms(value, profile, scope)),
    plans,
  );
}
