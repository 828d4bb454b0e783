import type { Coverage, Group, Patient } from 'fhir/r4.js';
import { parseReference } from '../../fhir/reference.ts';
import type { JsonObject } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import type { StoredVersion } from '../../store/store.ts';
import { beneficiaryRecord } from './beneficiary-record.ts';
import { groupRecord } from './group-record.ts';
import { identifierNames, memberRecord } from './member-record.ts';
import type { DciSettings, PeerSettings } from './peer-settings.ts';
import type { Register } from './register.ts';
import { attributesOf } from './search-request.ts';

/** What a search is answered with, beside what it asks for. */
export interface SearchContext {
  settings: Pick<DciSettings, 'identifierTypes'>;
  peer: PeerSettings;
  /** The server as the peer may see it, for a purpose. */
  depsFor: (purpose: string | undefined) => Deps;
  /** Is told of whom something was told. */
  noteShown: (patientIds: readonly string[]) => void;
}

const MOST_MEMBERS = 200;

const resourceOf = <Type>({ body }: StoredVersion): Type => JSON.parse(body) as Type;

/** What makes records for one search; of persons that the peer may not see nothing is told. */
export const createRecords = ({ settings, peer }: SearchContext, deps: Deps, criteria: JsonObject) => {
  const names = identifierNames(settings.identifierTypes);
  const shown = new Set<string>();
  const attributes = (register: Register): ReadonlySet<string> => attributesOf(criteria, peer.attributes[register]);
  const memberAttributes = new Set(peer.attributes.Member);

  const patientOf = async (reference: string | undefined): Promise<Patient | undefined> => {
    const target = reference === undefined ? undefined : parseReference(reference, deps.settings.baseUrl);
    if (target?.kind !== 'local' || target.resourceType !== 'Patient') return undefined;
    const version = await deps.store.read({ resourceType: 'Patient', id: target.id });
    return version === undefined || version.method === 'DELETE' ? undefined : resourceOf<Patient>(version);
  };
  const ofPatient = (patient: Patient, told: ReadonlySet<string> = memberAttributes): JsonObject => {
    shown.add(patient.id!);
    return memberRecord(patient, told, names);
  };
  const ofGroup = async (group: Group): Promise<JsonObject> => {
    const told = attributes('Group');
    const members: JsonObject[] = [];
    for (const { entity } of told.has('member_list') ? (group.member ?? []).slice(0, MOST_MEMBERS) : []) {
      const patient = await patientOf(entity.reference);
      if (patient !== undefined) members.push(ofPatient(patient));
    }
    return groupRecord(group, members, { attributes: told, names });
  };
  const ofCoverage = async (coverage: Coverage): Promise<JsonObject> => {
    const patient = await patientOf(coverage.beneficiary.reference);
    const told = attributes('Beneficiary');
    const member = patient === undefined || !told.has('member') ? {} : ofPatient(patient);
    if (patient !== undefined) shown.add(patient.id!);
    return beneficiaryRecord(coverage, { patient, member, attributes: told });
  };
  return {
    shown,
    of: async (register: Register, version: StoredVersion): Promise<JsonObject> => {
      if (register === 'Group') return ofGroup(resourceOf(version));
      if (register === 'Beneficiary') return ofCoverage(resourceOf(version));
      return ofPatient(resourceOf(version), attributes('Member'));
    },
  };
};
