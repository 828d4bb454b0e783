import type { Identifier, Patient, PatientLink } from 'fhir/r4.js';

/** Codes of openIMIS' identifiers of which a record has one each. */
const ONE_EACH = new Set(['Code', 'UUID']);

const refersTo = (link: PatientLink, type: PatientLink['type'], reference: string): boolean =>
  link.type === type && link.other.reference === reference;

/** A number of the record that ended: found as before, and no more the number of the record. */
const oldIdentifier = (identifier: Identifier): Identifier => {
  const { type, ...rest } = identifier;
  const code = type?.coding?.find(coding => ONE_EACH.has(coding.code ?? ''))?.code;
  const kept = code === undefined ? type : { text: type?.text ?? code };
  return { ...rest, use: 'old', ...(kept === undefined ? {} : { type: kept }) };
};

const isKnown = ({ system, value }: Identifier, identifiers: readonly Identifier[]): boolean =>
  identifiers.some(each => each.value === value && each.system === system);

/** The record that stays: with the numbers of the other one as old ones, and a link to it. */
export const mergedTarget = (target: Patient, source: Patient): Patient => {
  const { identifier = [], link = [] } = target;
  const added = (source.identifier ?? []).filter(each => !isKnown(each, identifier)).map(oldIdentifier);
  const other = { reference: `Patient/${source.id}` };
  const isLinked = link.some(each => refersTo(each, 'replaces', other.reference));
  const all = [...identifier, ...added];
  return {
    ...target,
    ...(all.length === 0 ? {} : { identifier: all }),
    link: isLinked ? link : [...link, { other, type: 'replaces' }],
  };
};

/** The record that ends: not in use, with a link to the one that stays. */
export const mergedSource = (source: Patient, target: Patient): Patient => {
  const { link = [] } = source;
  const other = { reference: `Patient/${target.id}` };
  const isLinked = link.some(each => refersTo(each, 'replaced-by', other.reference));
  return { ...source, active: false, link: isLinked ? link : [...link, { other, type: 'replaced-by' }] };
};

/** Reference to the record by which this one was replaced. */
export const replacedBy = ({ link = [] }: Patient): string | undefined =>
  link.find(({ type }) => type === 'replaced-by')?.other.reference;

/** A record that stayed and was changed since, without what the merge gave it. */
export const unmergedTarget = (now: Patient, merged: Patient, before: Patient, source: string): Patient => {
  const had = before.identifier ?? [];
  const given = (merged.identifier ?? []).filter(each => !isKnown(each, had));
  const identifier = (now.identifier ?? []).filter(each => !(each.use === 'old' && isKnown(each, given)));
  const link = (now.link ?? []).filter(each => !refersTo(each, 'replaces', source));
  const { link: _link, ...rest } = now;
  return { ...rest, identifier, ...(link.length === 0 ? {} : { link }) };
};
