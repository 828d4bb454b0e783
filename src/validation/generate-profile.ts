import { type Judges, writeItem } from './generate-item.ts';
import type { ElementPlan, JsonName, SlicePlan, SlicingPlan } from './plan.ts';
import type { Source } from './source.ts';
import { countOf } from './twins.ts';

/**
 * Writes what a profile asks of one element beyond its type. The object `o` is already known to be valid by its type, so that shapes
 * need no check. `undefined` stands for what is absent, null for an item of an array that has only a twin.
 */
export function writeProfileElement(source: Source, element: ElementPlan, judges: Judges): void {
  source.line('{');
  const counters = element.slicing === undefined ? undefined : declareCounters(source, element.slicing);
  const names = element.names.map(name => ({
    name,
    main: `o[${JSON.stringify(name.name)}]`,
    twin: name.twin ? `o[${JSON.stringify(`_${name.name}`)}]` : 'undefined',
  }));
  if (element.max === 0) {
    for (const { main, twin, name } of names) {
      source.line(`if (${main} !== undefined${name.twin ? ` || ${twin} !== undefined` : ''}) return false;`);
    }
  } else if (element.repeats) {
    const { main, twin, name } = names[0]!;
    source.line(`const a = ${main}, t = ${twin}, n = ${source.constant(countOf)}(a, t);`);
    if (element.min > 0) source.line(`if (n < ${element.min}) return false;`);
    if (Number.isFinite(element.max)) source.line(`if (n > ${element.max}) return false;`);
    source.line('for (let i = 0; i < n; i++) { const v = a?.[i] ?? null;');
    writeOccurrence(source, element, name, 'v', name.twin ? 't?.[i]' : 'undefined', judges, counters);
    source.line('}');
  } else {
    source.line('let n = 0;');
    const allowed = new Set(element.item.types.map(({ code }) => code));
    for (const { main, twin, name } of names.filter(({ name }) => allowed.has(name.type))) {
      const value = source.variable();
      source.line(`{ const ${value} = ${main} ?? null;`);
      source.line(`if (${value} !== null${name.twin ? ` || ${twin} !== undefined` : ''}) { n++;`);
      writeOccurrence(source, element, name, value, twin, judges, counters);
      source.line('} }');
    }
    writeRefused(
      source,
      names.map(({ name }) => name).filter(({ type }) => !allowed.has(type)),
    );
    if (element.min > 0) source.line('if (n === 0) return false;');
  }
  if (counters !== undefined) writeCounts(source, counters);
  source.line('}');
}

/** The properties of types that are not allowed any more, which may be fifty: one pass over the keys, where none of the allowed stands. */
function writeRefused(source: Source, refused: readonly JsonName[]): void {
  if (refused.length === 0) return;
  const properties = new Set(refused.flatMap(({ name, twin }) => (twin ? [name, `_${name}`] : [name])));
  source.line(`if (n === 0) for (const k in o) if (${source.constant(properties)}.has(k)) return false;`);
}

function writeOccurrence(
  source: Source,
  element: ElementPlan,
  name: JsonName,
  value: string,
  twin: string,
  judges: Judges,
  counters: Counters | undefined,
): void {
  writeProfileItem(source, element.item, name, value, twin, judges);
  if (counters !== undefined) writeSlices(source, element.slicing!, counters, name, value, twin, judges);
}

function writeProfileItem(
  source: Source,
  item: ElementPlan['item'],
  name: JsonName,
  value: string,
  twin: string,
  judges: Judges,
): void {
  if (item.expected !== undefined) source.line(`if (${value} === null) return false;`);
  source.line(`if (${value} !== null) {`);
  writeItem(source, item, name.type, value, twin, judges);
  source.line('}');
}

interface Counters {
  last: string | undefined;
  outside: string | undefined;
  slices: { slice: SlicePlan; count: string; nested: Counters | undefined }[];
}

function declareCounters(source: Source, slicing: SlicingPlan): Counters {
  const counter = () => {
    const name = source.variable();
    source.line(`let ${name} = 0;`);
    return name;
  };
  return {
    last: slicing.ordered ? counter() : undefined,
    outside: slicing.rules === 'openAtEnd' ? counter() : undefined,
    slices: slicing.slices.map(slice => ({
      slice,
      count: counter(),
      nested: slice.slicing === undefined ? undefined : declareCounters(source, slice.slicing),
    })),
  };
}

/** Finds the slice that the item belongs to, and checks and counts it there. */
function writeSlices(
  source: Source,
  slicing: SlicingPlan,
  counters: Counters,
  name: JsonName,
  value: string,
  twin: string,
  judges: Judges,
): void {
  counters.slices.forEach(({ slice, count, nested }, index) => {
    const test = `${source.constant(slice)}.matches(${value}, ${JSON.stringify(name.type)}, c)`;
    source.line(`${index === 0 ? '' : 'else '}if (${test}) { ${count}++;`);
    if (counters.last !== undefined)
      source.line(`if (${counters.last} > ${index}) return false; ${counters.last} = ${index};`);
    if (counters.outside !== undefined) source.line(`if (${counters.outside} > 0) return false;`);
    writeProfileItem(source, slice.item, name, value, twin, judges);
    if (nested !== undefined) writeSlices(source, slice.slicing!, nested, name, value, twin, judges);
    source.line('}');
  });
  if (slicing.rules === 'closed') source.line('else return false;');
  else if (counters.outside !== undefined) source.line(`else ${counters.outside}++;`);
}

function writeCounts(source: Source, counters: Counters): void {
  for (const { slice, count, nested } of counters.slices) {
    if (slice.min > 0) source.line(`if (${count} < ${slice.min}) return false;`);
    if (Number.isFinite(slice.max)) source.line(`if (${count} > ${slice.max}) return false;`);
    if (nested !== undefined) writeCounts(source, nested);
  }
}
