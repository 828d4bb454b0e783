import type { ElementDefinition } from '../definitions/definitions.ts';
import { maxOf, minOf } from './compile-structure.ts';
import { sliceUrl } from './discriminator-path.ts';
import { discriminatorTest, impliedPattern } from './discriminators.ts';
import { describeExpected } from './patterns.ts';
import type { ItemPlan, SlicePlan, SlicingPlan } from './plan.ts';
import type { Plans } from './plans.ts';
import { type ElementNode, typeCodes } from './snapshot-tree.ts';

type Slicing = NonNullable<ElementDefinition['slicing']>;
/** What belongs to no other slice belongs to this one. https://hl7.org/fhir/R4/profiling.html#default-slice */
const isDefault = ({ definition }: ElementNode) => definition.sliceName === '@default';

type Discriminators = NonNullable<Slicing['discriminator']>;

const byType: Discriminators = [{ type: 'type', path: '$this' }];

/**
 * The slices of an element, with the test of which item belongs to which. Slices of a choice (`value[x]:valueQuantity`) go by type when
 * nothing is said; slicing without discriminator, or by a path that cannot be read, cannot be judged and is left out. https://hl7.org/fhir/R4/profiling.html#slicing
 */
export function compileSlicing(
  node: ElementNode,
  base: ElementNode,
  plans: Plans,
  itemPlan: (slice: ElementNode) => ItemPlan,
): SlicingPlan | undefined {
  if (node.slices.length === 0) return undefined;
  const { slicing } = node.definition;
  const choice = base.name.endsWith('[x]');
  const stated = slicing?.discriminator ?? [];
  const discriminators = stated.length > 0 ? stated : choice ? byType : isExtension(base) ? byUrl : [];
  if (discriminators.length === 0) return undefined;
  const matchesOf = (slice: ElementNode): SlicePlan['matches'] | undefined => {
    if (isDefault(slice)) return () => true;
    const tests: SlicePlan['matches'][] = [];
    for (const discriminator of discriminators) {
      const test = discriminatorTest(discriminator, slice, base, plans);
      if (test === undefined) return undefined;
      tests.push(test);
    }
    const [only] = tests;
    return tests.length === 1 ? only! : (value, type, scope) => tests.every(test => test(value, type, scope));
  };
  const slices: SlicePlan[] = [];
  for (const slice of node.slices.toSorted((a, b) => Number(isDefault(a)) - Number(isDefault(b)))) {
    const matches = matchesOf(slice);
    if (matches === undefined) return undefined;
    slices.push({
      name: slice.definition.sliceName ?? slice.name,
      min: minOf(slice.definition),
      max: maxOf(slice.definition),
      matches,
      wanted: () => wantedOf(slice, base, plans),
      item: itemPlan(slice),
      slicing: compileSlicing(slice, base, plans, itemPlan),
    });
  }
  return {
    rules: slicing?.rules ?? 'open',
    ordered: slicing?.ordered ?? false,
    slices,
    by: discriminators.map(({ path }) => (path === '$this' ? 'its own value' : `\`${path}\``)).join(' and '),
  };
}

const byUrl: Discriminators = [{ type: 'value', path: 'url' }];

const wantedOf = (slice: ElementNode, base: ElementNode, plans: Plans): string | undefined => {
  const wanted = isExtension(base) ? { url: sliceUrl(slice, plans) } : impliedPattern(slice);
  return wanted === undefined ? undefined : describeExpected(wanted);
};

const isExtension = (base: ElementNode) => typeCodes(base.definition)[0] === 'Extension';
