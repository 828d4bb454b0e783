import type { ElementDefinition } from 'fhir/r4.js';
import { type Segment, segmentsOf } from './element-tree.ts';

/** An element of a differential, and the steps to it from the root, with the slice that each is in. */
export interface DifferentialStep {
  element: ElementDefinition;
  segments: readonly Segment[];
}

/**
 * The elements of a differential in an order in which they can be laid over a snapshot one after another: whatever holds in slices too
 * comes before the slices, which copy it, and an element before what is below it. Ids tell slices; where there are none, an element stands
 * in the slices that were named last on the way to it.
 */
export const differentialSteps = (elements: readonly ElementDefinition[]): DifferentialStep[] => {
  const lastSlices = new Map<string, string>();
  return elements
    .map(element => {
      const segments = element.id === undefined ? inLastSlices(element, lastSlices) : segmentsOf(element.id);
      const own = segments.at(-1);
      const { sliceName } = element;
      // A choice that is named with its type is the slice that its name says.
      if (own !== undefined && sliceName !== undefined && sliceName !== own.name) own.sliceName ??= sliceName;
      remember(segments, lastSlices);
      return { element, segments };
    })
    .sort((a, b) => compareSteps(a.segments, b.segments));
};

const pathTo = (segments: readonly Segment[], index: number): string =>
  segments
    .slice(0, index + 1)
    .map(({ name }) => name)
    .join('.');

const inLastSlices = ({ path }: ElementDefinition, lastSlices: ReadonlyMap<string, string>): Segment[] => {
  const segments = segmentsOf(path);
  return segments.map(({ name }, index) => {
    const sliceName = index === segments.length - 1 ? undefined : lastSlices.get(pathTo(segments, index));
    return sliceName === undefined ? { name } : { name, sliceName };
  });
};

const remember = (segments: readonly Segment[], lastSlices: Map<string, string>): void => {
  const path = pathTo(segments, segments.length - 1);
  for (const known of lastSlices.keys()) {
    if (known === path || known.startsWith(`${path}.`)) lastSlices.delete(known);
  }
  segments.forEach(({ sliceName }, index) => {
    if (sliceName !== undefined) lastSlices.set(pathTo(segments, index), sliceName);
  });
};

/** A whole choice comes before one of its types, a slice before what divides it again. */
const depthOf = ({ name, sliceName }: Segment): number =>
  sliceName === undefined ? (name.endsWith('[x]') ? -1 : 0) : sliceName.split('/').length;

const compareSteps = (a: readonly Segment[], b: readonly Segment[]): number => {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = depthOf(a[index]!) - depthOf(b[index]!);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};
