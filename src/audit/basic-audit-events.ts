import { formatInstant } from '../fhir/datetime.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { AuditFacts } from './audit-facts.ts';

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const REST = {
  system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
  code: 'rest',
  display: 'RESTful Operation',
};
const INTERACTION = 'http://hl7.org/fhir/restful-interaction';
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
const BALP_ENTITY = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType';

const SOURCE = { system: DCM, code: '110153', display: 'Source Role ID' };
const DESTINATION = { system: DCM, code: '110152', display: 'Destination Role ID' };

const ACTIONS: Readonly<Record<string, string>> = {
  create: 'C',
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  'history-type': 'R',
  'history-system': 'R',
  update: 'U',
  patch: 'U',
  delete: 'D',
  purge: 'D',
};

/** What is no interaction of R4: type and subtype of DICOM's. */
const OWN: Readonly<Record<string, readonly [type: readonly [string, string], subtype?: readonly [string, string]]>> = {
  login: [
    ['110114', 'User Authentication'],
    ['110122', 'Login'],
  ],
  start: [
    ['110100', 'Application Activity'],
    ['110120', 'Application Start'],
  ],
  stop: [
    ['110100', 'Application Activity'],
    ['110121', 'Application Stop'],
  ],
  interrupted: [
    ['110113', 'Security Alert'],
    ['110120', 'Application Start'],
  ],
  sent: [['110106', 'Export']],
  received: [['110107', 'Import']],
  retention: [
    ['110101', 'Audit Log Used'],
    ['110105', 'DICOM Study Deleted'],
  ],
  administration: [
    ['110113', 'Security Alert'],
    ['110137', 'User Security Attributes Changed'],
  ],
};

const dcm = ([code, display]: readonly [string, string]): JsonObject => ({ system: DCM, code, display });

const kindOf = (deed: string): JsonObject => {
  const own = OWN[deed];
  if (own !== undefined) return { type: dcm(own[0]), ...(own[1] && { subtype: [dcm(own[1])] }), action: 'E' };
  const code = deed === 'purge' ? 'delete' : deed;
  return { type: REST, subtype: [{ system: INTERACTION, code }], action: ACTIONS[deed] ?? 'E' };
};

const clientAgent = ({ by }: AuditFacts, role: JsonObject, system: string): JsonObject => {
  const { clientId, organization, role: named, purposeOfUse, address } = by;
  const identifier = { system: `${system}/client`, value: clientId ?? 'unknown' };
  return {
    type: { coding: [role] },
    ...(named !== undefined && { role: [{ text: named }] }),
    who: organization === undefined ? { identifier } : { reference: organization, identifier },
    ...(clientId !== undefined && { altId: clientId, name: clientId }),
    requestor: true,
    ...(address !== undefined && { network: { address, type: '2' } }),
    ...(purposeOfUse !== undefined && {
      purposeOfUse: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purposeOfUse }] },
      ],
    }),
  };
};

const serverAgent = (role: JsonObject, baseUrl: string, requestor: boolean): JsonObject => ({
  type: { coding: [role] },
  who: { display: 'Kiungo' },
  requestor,
  network: { address: baseUrl, type: '5' },
});

/** Who sends asks, whichever of the two that is. */
const agentsOfExchange = (peer: string, isSent: boolean, baseUrl: string): JsonObject[] => {
  const other: JsonObject = {
    type: { coding: [isSent ? DESTINATION : SOURCE] },
    who: { identifier: { system: `${baseUrl}/peer`, value: peer } },
    ...{ altId: peer, name: peer, requestor: !isSent },
  };
  const server = serverAgent(isSent ? SOURCE : DESTINATION, baseUrl, isSent);
  return isSent ? [server, other] : [other, server];
};

const agentsOf = (facts: AuditFacts, baseUrl: string): JsonObject[] => {
  const { by, deed } = facts;
  if (by.peer !== undefined) return agentsOfExchange(by.peer, deed === 'sent', baseUrl);
  const isByServer = by.clientId === undefined && by.address === undefined;
  if (isByServer) return [serverAgent(SOURCE, baseUrl, true), serverAgent(DESTINATION, baseUrl, false)];
  // What is read goes from the server to the client.
  const isRead = ACTIONS[deed] === 'R';
  return [
    clientAgent(facts, isRead ? DESTINATION : SOURCE, baseUrl),
    serverAgent(isRead ? SOURCE : DESTINATION, baseUrl, false),
  ];
};

const entity = (type: string, role: string, rest: JsonObject): JsonObject => ({
  type: { system: ENTITY_TYPE, code: type },
  role: { system: OBJECT_ROLE, code: role },
  ...rest,
});

const entitiesOf = ({ of, versionId, query, by }: AuditFacts, patient: string | undefined): JsonObject[] => {
  const entities: JsonObject[] = [];
  const reference = versionId === undefined ? (of ?? '') : `${of}/_history/${versionId}`;
  const isPatientItself = of === `Patient/${patient}`;
  if (patient !== undefined) {
    entities.push(entity('1', '1', { what: { reference: isPatientItself ? reference : `Patient/${patient}` } }));
  }
  if (of !== undefined && !isPatientItself) entities.push(entity('2', '4', { what: { reference } }));
  if (query !== undefined) entities.push(entity('2', '24', { query: Buffer.from(query).toString('base64') }));
  if (by.requestId !== undefined) {
    entities.push({
      type: { system: BALP_ENTITY, code: 'XrequestId' },
      what: { identifier: { value: by.requestId } },
    });
  }
  return entities;
};

/**
 * An event as the AuditEvents of IHE's Basic Audit Log Patterns: one for each patient that it is about, one where it is about none.
 * @param baseUrl of the FHIR API
 * https://profiles.ihe.net/ITI/BALP/index.html
 */
export const basicAuditEvents = (facts: AuditFacts, baseUrl: string): Resource[] => {
  const patients = facts.patients.length === 0 ? [undefined] : facts.patients;
  return patients.map(patient => {
    const entities = entitiesOf(facts, patient);
    return {
      resourceType: 'AuditEvent',
      ...kindOf(facts.deed),
      recorded: formatInstant(facts.at),
      outcome: String(facts.outcome),
      ...(facts.note !== undefined && { outcomeDesc: facts.note }),
      agent: agentsOf(facts, baseUrl),
      source: {
        observer: { display: baseUrl },
        type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4' }],
      },
      ...(entities.length > 0 && { entity: entities }),
    };
  });
};
