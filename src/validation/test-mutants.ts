import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import { brokenRules } from './test-broken-rules.ts';
import { type Add, mutateSite, type Workshop } from './test-site-mutants.ts';
import { type Owner, surveyOf } from './test-sites.ts';

/** A copy of a valid resource in which one rule of its definition is broken, and where that has to be told. */
export interface Mutant {
  readonly what: string;
  readonly rules: readonly string[];
  readonly expression: string;
  make(): Resource;
}

/** Every mutant of a resource by its type and by a profile; of many elements of one definition the first is changed. */
export function mutantsOf(original: Resource, profileUrl: string | undefined, workshop: Workshop): Mutant[] {
  const text = JSON.stringify(original);
  const { sites, owners } = surveyOf(original, profileUrl, workshop.definitions);
  const mutants: Mutant[] = [];

  const add = (
    what: string,
    rules: readonly string[],
    expression: string,
    keys: readonly (string | number)[],
    edit: (owner: JsonObject, root: Resource) => void,
  ) => {
    const key = `${profileUrl} ${what} ${rules.join()}`;
    if (workshop.done.has(key)) return;
    workshop.done.add(key);
    const make = () => {
      const resource = JSON.parse(text) as Resource;
      const owner = keys.reduce<Json>((value, name) => (value as JsonObject)[name]!, resource);
      edit(owner as JsonObject, resource);
      return resource;
    };
    mutants.push({ what, rules, expression, make });
  };

  for (const site of sites) mutateSite(site, workshop, add);
  for (const owner of owners) mutateOwner(owner, workshop, add);
  mutateContained(original, add);
  for (const { what, expression, keys, edit } of brokenRules(original, sites)) {
    add(what, ['invariant-failed'], expression, keys, edit);
  }
  return mutants;
}

function mutateOwner({ keys, expression, base, profile, value }: Owner, workshop: Workshop, add: Add): void {
  const path = base.definition.path;
  add(`${path} has an unknown element`, ['element-unknown'], `${expression}.noSuchElement`, keys, holder => {
    holder.noSuchElement = 1;
  });
  const children = new Set(base.children.map(({ name }) => name));
  if (children.has('modifierExtension')) {
    add(
      `${path} has an unknown modifier`,
      ['extension-unknown'],
      `${expression}.modifierExtension[0]`,
      keys,
      holder => {
        holder.modifierExtension = [{ url: 'http://example.org/no-such-modifier', valueBoolean: true }];
      },
    );
  }
  // `language` comes before all other elements but `meta`.
  const isLater = value.resourceType === undefined && !expression.includes('.meta');
  if (children.has('extension') && value.id === undefined && isLater) {
    add(`${path} has an id that another has`, ['id-repeated'], `${expression}.id`, keys, (holder, root) => {
      holder.id = 'repeated';
      root._language = { id: 'repeated' };
      root.language = 'en';
    });
  }
  for (const child of profile?.children ?? []) {
    if (child.definition.max !== '0' || value[child.name] !== undefined || child.name.endsWith('[x]')) continue;
    const below = base.children.find(({ name }) => name === child.name);
    const type = below?.definition.type?.[0]?.code;
    if (below === undefined || below.definition.max === '0' || type === undefined || below.children.length > 0)
      continue;
    const made = workshop.generator.value(type, below.definition, workshop.random, 0.5);
    if (made === undefined) continue;
    const repeats = (below.definition.base?.max ?? below.definition.max) !== '1';
    add(
      `${below.definition.path} is there though the profile takes it away`,
      ['cardinality-max'],
      `${expression}.${child.name}`,
      keys,
      holder => {
        holder[child.name] = repeats ? [made] : made;
      },
    );
  }
}

function mutateContained(original: Resource, add: Add): void {
  if (['Binary', 'Bundle', 'Parameters'].includes(original.resourceType)) return;
  const count = Array.isArray(original.contained) ? original.contained.length : 0;
  const at = `${original.resourceType}.contained[${count}]`;
  const basic = (rest: JsonObject = {}): JsonObject => ({
    resourceType: 'Basic',
    id: 'inner',
    code: { text: 'x' },
    ...rest,
  });
  const contain = (what: string, rule: string, expression: string, ...resources: JsonObject[]) =>
    add(`contained: ${what}`, [rule], expression, [], holder => {
      holder.contained = [...((holder.contained as Json[] | undefined) ?? []), ...resources];
      const reference = { url: 'http://example.org/uses', valueReference: { reference: '#inner' } };
      holder.extension = [...((holder.extension as Json[] | undefined) ?? []), reference];
    });
  const { id: _, ...nameless } = basic();
  contain(
    'is not referred to',
    'contained-unreferenced',
    `${original.resourceType}.contained[${count + 1}]`,
    basic(),
    basic({ id: 'other' }),
  );
  contain('has no id', 'contained-id', at, nameless);
  contain('is there twice', 'contained-id', `${original.resourceType}.contained[${count + 1}]`, basic(), basic());
  contain('contains another', 'contained-nested', at, basic({ contained: [basic({ id: 'deep' })] }));
  contain('has a version', 'contained-meta', at, basic({ meta: { versionId: '1' } }));
  contain('is not valid', 'cardinality-min', `${at}.code`, { resourceType: 'Basic', id: 'inner' });
  contain('is no resource', 'resource-type-unknown', at, { id: 'inner', code: { text: 'x' } });
}
