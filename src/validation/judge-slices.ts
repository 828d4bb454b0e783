import { judgeItem } from './judge-item.ts';
import type { Judgement, Occurrence } from './judgement.ts';
import type { SlicePlan, SlicingPlan } from './plan.ts';

/** A slice by its name, and by what a person would recognise its items by. */
const nameOf = (slice: SlicePlan, { by }: SlicingPlan): string => {
  const wanted = slice.wanted();
  return `\`${slice.name}\` (${wanted === undefined ? `told apart by ${by}` : `with ${wanted}`})`;
};

const items = (count: number) => (count === 1 ? 'one item' : `${count} items`);

/** Finds each item's slice, judges it there, and counts. `path` is the repeating element's. */
export function judgeSlices(
  slicing: SlicingPlan,
  occurrences: readonly Occurrence[],
  path: string,
  judgement: Judgement,
): void {
  const { report, scope } = judgement;
  const members = new Map<SlicePlan, Occurrence[]>(slicing.slices.map(slice => [slice, []]));
  let last = 0;
  let outside = 0;
  for (const occurrence of occurrences) {
    if (report.full) return;
    const index = slicing.slices.findIndex(slice => slice.matches(occurrence.value, occurrence.type, scope));
    const slice = slicing.slices[index];
    if (slice === undefined) {
      outside++;
      if (slicing.rules === 'closed') {
        const known = slicing.slices.map(slice => nameOf(slice, slicing)).join('; ');
        report.error(
          'slice-closed',
          occurrence.path,
          `The item is none of those that are allowed here: ${known}. Make it one of them, or remove it.`,
        );
      }
      continue;
    }
    members.get(slice)!.push(occurrence);
    if (slicing.ordered && index < last) {
      report.error(
        'slice-order',
        occurrence.path,
        `Items of \`${slice.name}\` must come before those of \`${slicing.slices[last]!.name}\`.`,
      );
    }
    if (slicing.ordered) last = index;
    if (slicing.rules === 'openAtEnd' && outside > 0) {
      report.error(
        'slice-order',
        occurrence.path,
        `Items of \`${slice.name}\` must come before items that belong to no slice.`,
      );
    }
    judgeItem(slice.item, occurrence, judgement);
  }
  for (const [slice, found] of members) {
    judgeCount(slice, found.length, slicing, path, judgement);
    if (slice.slicing !== undefined) judgeSlices(slice.slicing, found, path, judgement);
  }
}

function judgeCount(slice: SlicePlan, count: number, slicing: SlicingPlan, path: string, { report }: Judgement): void {
  const told = nameOf(slice, slicing);
  if (count < slice.min) {
    const found = count === 0 ? 'none' : count;
    report.error('slice-min', path, `At least ${items(slice.min)} of ${told} must be given; found: ${found}.`);
  }
  if (count > slice.max)
    report.error('slice-max', path, `At most ${items(slice.max)} of ${told} may be given; found: ${count}.`);
}
