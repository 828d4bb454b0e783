import { parseReference } from '../fhir/reference.ts';
import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import type { Place } from './element-places.ts';
import {
  memberWritten,
  objectsIn,
  type Rewriting,
  type RewritingContext,
  type Rewritten,
  type Target,
} from './rewriting.ts';
import { severalMeant, storedIds, storedReference } from './stored-target.ts';

const TYPE_NAME = /^[A-Z][A-Za-z]+$/;

/** The only type that the reference may lead to: the one that it names, or the one that its element allows. */
const onlyType = ({ type }: JsonObject, { definition }: Place): string | undefined => {
  if (typeof type === 'string') return TYPE_NAME.test(type) ? type : undefined;
  const allowed = (definition.type ?? []).flatMap(({ targetProfile = [] }) => targetProfile);
  const name = allowed[0]?.slice(allowed[0].lastIndexOf('/') + 1);
  return allowed.length === 1 && name !== 'Resource' ? name : undefined;
};

/** What may stand before `Type/id`: the backend takes the end of whatever it gets. */
const API_ADDRESS = /^(?:https?:\/\/[^?#]*\/api_fhir_r4)?\/+(?=[A-Z])/;

/** Whether a text is neither `Type/id` nor `#id`, a URL or a urn. */
const isBare = (text: string): boolean => text !== '' && !/[/#:|\s]/.test(text);

const byText = (value: JsonObject, place: Place): Target | undefined => {
  if (typeof value.reference !== 'string') return undefined;
  const reference = value.reference.replace(API_ADDRESS, '');
  const target = parseReference(reference);
  if (target.kind === 'local') {
    return target.versionId === undefined
      ? { resourceType: target.resourceType, value: target.id, by: 'id' }
      : undefined;
  }
  const resourceType = isBare(reference) ? onlyType(value, place) : undefined;
  return resourceType === undefined ? undefined : { resourceType, value: reference, by: 'id' };
};

const byIdentifier = (value: JsonObject, place: Place): Target | undefined => {
  if (value.reference !== undefined || !isJsonObject(value.identifier)) return undefined;
  const { system, value: given, type } = value.identifier;
  const resourceType = onlyType(value, place);
  if (resourceType === undefined || typeof given !== 'string' || given === '') return undefined;
  if (typeof system === 'string') return { resourceType, value: given, by: 'identifier', system };
  const isCode = isJsonObject(type) && objectsIn(type.coding).some(({ item: { code } }) => code === 'Code');
  return { resourceType, value: given, by: isCode ? 'identifier' : 'id' };
};

type TargetOf = (value: JsonObject, place: Place) => Target | undefined;
type Write = (value: JsonObject, target: Target, context: RewritingContext) => Rewritten | undefined;

/** A rewriting of references: which resource is meant, and what is written once it is looked up. */
const resolving = (
  { sent, written }: Pick<Rewriting, 'sent' | 'written'>,
  targetOf: TargetOf,
  write: Write,
): Rewriting => ({
  rule: 'normalized-reference',
  elements: ['Reference'],
  sent,
  written,
  asks: (value, place) => {
    const target = isJsonObject(value) ? targetOf(value, place) : undefined;
    return target === undefined ? [] : [target];
  },
  rewrite: (value, place, context) => {
    const target = isJsonObject(value) ? targetOf(value, place) : undefined;
    return target === undefined ? undefined : write(value as JsonObject, target, context);
  },
});

const writeInsurer: Write = (value, target, context) =>
  value.reference === 'openIMIS' && target.resourceType === 'Organization' && storedIds(target, context).length === 0
    ? memberWritten(value, 'reference', context.insurer, `The insurer was written as ${context.insurer}.`)
    : undefined;

const writeId: Write = (value, target, context) => {
  if (storedIds(target, context).length > 1) return severalMeant(value, target);
  const reference = storedReference(target, context);
  if (reference === undefined || reference === value.reference) return undefined;
  return reference.toLowerCase() === String(value.reference).toLowerCase()
    ? {
        ...memberWritten(value, 'reference', reference, 'The UUID was written in small letters.'),
        rule: 'normalized-id',
      }
    : memberWritten(
        value,
        'reference',
        reference,
        `What was sent is no reference by id. It was written as ${reference}, which it means.`,
      );
};

const addId: Write = (value, target, context) => {
  if (storedIds(target, context).length > 1) return severalMeant(value, target);
  const reference = storedReference(target, context);
  if (reference === undefined) return undefined;
  const said = `The resource was named by an identifier. ${reference}, which has it, was added.`;
  return memberWritten(value, 'reference', reference, said);
};

/** References as openIMIS and its clients write them. They are resolved among what is stored. */
export const referenceRewritings: readonly Rewriting[] = [
  resolving(
    {
      sent: '`openIMIS` for the insurer, where no Organization has it as id or code',
      written: 'the insurer of the scheme (`KIUNGO_INSURER`)',
    },
    byText,
    writeInsurer,
  ),
  resolving(
    {
      sent: 'a business code instead of the id (`Patient/<insuree number>`), an id or code without type where the element allows one type, a UUID in capitals, or `Type/id` behind a slash or the address of an openIMIS API',
      written: '`Type/id` of the one stored resource that has it as its id or in an identifier',
    },
    byText,
    writeId,
  ),
  resolving(
    {
      sent: 'an `identifier` and no `reference`, with a `type` or where the element allows one type',
      written: 'beside it, `Type/id` of the one stored resource that has the identifier',
    },
    byIdentifier,
    addId,
  ),
  {
    rule: 'normalized-reference',
    elements: ['ClaimResponse'],
    sent: 'no `request`',
    written: '`Claim/<id>` of the claim with the same id, where it is stored',
    asks: (value, place, { id }) =>
      lacksRequest(value, place) && id !== undefined ? [{ resourceType: 'Claim', value: id, by: 'id' }] : [],
    rewrite: (value, place, context) => {
      if (!lacksRequest(value, place) || context.id === undefined) return undefined;
      const reference = storedReference({ resourceType: 'Claim', value: context.id, by: 'id' }, context);
      if (reference === undefined) return undefined;
      const said = `request was left out. ${reference}, which has the same id, was added.`;
      return memberWritten(value, 'request', { reference }, said);
    },
  },
];

function lacksRequest(value: Json, { above }: Place): value is JsonObject {
  return above === undefined && isJsonObject(value) && value.request === undefined;
}
