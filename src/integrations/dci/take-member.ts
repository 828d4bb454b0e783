import type { Identifier, Patient } from 'fhir/r4.js';
import { FhirError } from '../../fhir/fhir-error.ts';
import type { Deps } from '../../interactions/context.ts';
import { create } from '../../interactions/create.ts';
import { versionToEtag } from '../../interactions/etag.ts';
import { untilUndisturbed } from '../../interactions/until-undisturbed.ts';
import { update } from '../../interactions/update.ts';

/** What taking a person needs. */
export interface TakeContext {
  /** The server as the registry may use it. */
  deps: Deps;
  /** Who is known here and may be the person, those most like first. */
  match: (patient: Patient) => Promise<readonly { id: string; isCertain: boolean }[]>;
  /** Has a clerk look at a record and those that may be of the same person. */
  askClerk: (id: string) => Promise<void>;
}

/** What became of a person: nothing was new, a record was changed or made, or a clerk has to look. */
export type Taken = 'unchanged' | 'updated' | 'linked' | 'created' | 'doubtful';

const DISTURBED = 412;

const bytesOf = (patient: Patient): Buffer => Buffer.from(JSON.stringify(patient));

const keyOf = ({ system, type, value }: Identifier): string =>
  `${system ?? type?.coding?.[0]?.code ?? ''}|${value ?? ''}`;

/** The record that stands for one that was merged away. */
const standsFor = ({ id, link = [] }: Patient): string =>
  link
    .find(({ type }) => type === 'replaced-by')
    ?.other.reference?.split('/')
    .at(-1) ?? id!;

/** Ids of the records that have one of the numbers, of the same kind. */
const withNumber = async ({ store }: Deps, { identifier = [] }: Patient): Promise<string[]> => {
  const anyOf = identifier.map(({ value }) => ({ code: value! }));
  const where = [{ kind: 'token' as const, parameter: 'identifier', anyOf }];
  const { versions } = await store.search({ resourceType: 'Patient', where, sort: [], count: 20, total: 'none' });
  const keys = new Set(identifier.map(keyOf));
  const patients = versions.map(({ body }) => JSON.parse(body) as Patient);
  const found = patients.filter(patient => patient.identifier?.some(each => keys.has(keyOf(each))) === true);
  return [...new Set(found.map(standsFor))];
};

const withIdentifiers = (known: Patient, told: Patient): Identifier[] => {
  const has = new Set((known.identifier ?? []).map(keyOf));
  return [...(known.identifier ?? []), ...(told.identifier ?? []).filter(each => !has.has(keyOf(each)))];
};

const OPENIMIS_PATIENT = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/openimis-patient';

/** With the numbers of both. openIMIS' profile knows its own two kinds only: with another one the record claims it no more. */
const withNumbers = (patient: Patient, known: Patient, told: Patient): Patient => {
  const identifier = withIdentifiers(known, told);
  const isForeign = identifier.some(({ type }) => type === undefined);
  const { profile = [], ...meta } = patient.meta ?? {};
  if (!isForeign || !profile.includes(OPENIMIS_PATIENT)) return { ...patient, identifier };
  const others = profile.filter(url => url !== OPENIMIS_PATIENT);
  return { ...patient, meta: { ...meta, ...(others.length === 0 ? {} : { profile: others }) }, identifier };
};

/** What the registry tells replaces what was known, but for the address: places here are more than it knows of them. */
const changed = (known: Patient, told: Patient): Patient => {
  const { address = told.address } = known;
  return withNumbers({ ...known, ...told, ...(address === undefined ? {} : { address }) }, known, told);
};

/** The number alone: what is known here of somebody else's record stays as it is. */
const linked = (known: Patient, told: Patient): Patient => withNumbers(known, known, told);

const write = (deps: Deps, id: string, next: (known: Patient) => Patient): Promise<boolean> =>
  untilUndisturbed(async () => {
    const version = await deps.store.read({ resourceType: 'Patient', id });
    if (version === undefined || version.method === 'DELETE') return false;
    const patient = next(JSON.parse(version.body) as Patient);
    if (JSON.stringify(patient) === version.body) return false;
    try {
      const ifMatch = versionToEtag(version.versionId);
      const { version: written } = await update(deps, { resourceType: 'Patient', id, body: bytesOf(patient), ifMatch });
      return written?.versionId !== version.versionId;
    } catch (error) {
      if (error instanceof FhirError && error.status === DISTURBED) return undefined;
      throw error;
    }
  });

/**
 * Takes a person that a registry tells of, so that nobody has two records: who has the number is changed; who is certainly the same gets the
 * number; who may be the same is a new record that is not active until a clerk has looked; everybody else is a new one.
 * @throws {FhirError} where the record cannot be stored
 */
export const takeMember = async ({ deps, match, askClerk }: TakeContext, told: Patient): Promise<Taken> => {
  const [known, ...others] = await withNumber(deps, told);
  if (known !== undefined && others.length === 0) {
    return (await write(deps, known, patient => changed(patient, told))) ? 'updated' : 'unchanged';
  }
  const alike = await match(told);
  const certain = alike.filter(({ isCertain }) => isCertain);
  if (known === undefined && certain.length === 1) {
    return (await write(deps, certain[0]!.id, patient => linked(patient, told))) ? 'linked' : 'unchanged';
  }
  if (known !== undefined) return 'doubtful';
  const active = alike.length === 0;
  const { version } = await create(deps, { resourceType: 'Patient', body: bytesOf({ ...told, active }) });
  if (!active) await askClerk(version!.id);
  return active ? 'created' : 'doubtful';
};
