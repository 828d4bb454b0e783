import { findReferences } from '../fhir/reference.ts';
import { isJsonObject, type Json } from '../fhir/resource.ts';
import { memberWritten, objectsIn, type Rewriting, type Target, targetKey } from './rewriting.ts';
import { storedReference } from './stored-target.ts';

const BY_TYPE = /^#([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

const targetOf = (value: Json): Target | undefined => {
  const text = isJsonObject(value) && typeof value.reference === 'string' ? value.reference : '';
  const [, resourceType, id] = BY_TYPE.exec(text) ?? [];
  return resourceType === undefined ? undefined : { resourceType, value: id!, by: 'id' };
};

/** References into a claim that carries what it refers to, as openIMIS writes them. */
export const containedRewritings: readonly Rewriting[] = [
  {
    rule: 'normalized-contained',
    elements: ['Reference'],
    sent: '`#Type/<uuid>` for a contained resource',
    written: '`Type/<uuid>` where it is stored here, else `#<uuid>`',
    asks: value => {
      const target = targetOf(value);
      return target === undefined ? [] : [target];
    },
    rewrite: (value, _place, context) => {
      const target = targetOf(value);
      if (target === undefined || !isJsonObject(value)) return undefined;
      const stored = storedReference(target, context);
      return stored === undefined
        ? memberWritten(
            value,
            'reference',
            `#${target.value}`,
            'The reference to a contained resource was written without its type.',
          )
        : memberWritten(
            value,
            'reference',
            stored,
            `The contained ${target.resourceType} is stored here, so the reference was written as ${stored}.`,
          );
    },
  },
  {
    rule: 'normalized-contained',
    elements: ['Claim'],
    sent: 'a contained resource to which all references were written to the stored one',
    written: 'nothing: the copy is taken away',
    rewrite: (value, _place, { targets }) => {
      if (!isJsonObject(value)) return undefined;
      const referred = new Set<Json>();
      findReferences(value, ({ reference }) => referred.add(reference!));
      const surplus = objectsIn(value.contained).find(
        ({ item: { resourceType, id } }) =>
          !referred.has(`#${id}`) &&
          targets.get(targetKey({ resourceType: `${resourceType}`, value: `${id}`, by: 'id' }))?.length === 1,
      );
      if (surplus === undefined) return undefined;
      const { contained, ...rest } = value;
      const kept = (contained as Json[]).filter(each => each !== surplus.item);
      return {
        value: kept.length === 0 ? rest : { ...rest, contained: kept },
        said: `The contained ${surplus.item.resourceType} was taken away, because it is stored here.`,
        at: `contained[${surplus.index}]`,
      };
    },
  },
];
