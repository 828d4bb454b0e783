import type { Coverage, Organization, ParametersParameter, Patient, Reference } from 'fhir/r4.js';
import { HEALTH_CARD, issueCard, revocationIdOf } from '../card/issue-card.ts';
import { membershipBundle } from '../card/membership-bundle.ts';
import { qrCode } from '../card/qr-code.ts';
import { dayOf, parseDateRange } from '../fhir/datetime.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import { parseReference } from '../fhir/reference.ts';
import { coverForCard } from '../insurance/cover-for-card.ts';
import type { Deps } from '../interactions/context.ts';
import { read } from '../interactions/read.ts';
import type { Operation, OperationRequest } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';

/** A card is issued anew after a year at the latest, whatever the period of the cover. */
const LONGEST_MS = 366 * 24 * 60 * 60 * 1000;
const MOST_COVERAGES = 50;

const stored = async <Type>(deps: Deps, resourceType: string, id: string): Promise<Type> =>
  JSON.parse((await read(deps, resourceType, id)).body!) as Type;

const referred = async <Type>(deps: Deps, { reference = '' }: Reference): Promise<Type> => {
  const target = parseReference(reference, deps.settings.baseUrl);
  if (target.kind === 'local') return stored<Type>(deps, target.resourceType, target.id);
  throw refuse(
    'operation-parameter-invalid',
    'The patient or the insurer of the coverage is not on this server, so no card can be made of it. Let beneficiary and payor name resources of this server, like Patient/123.',
  );
};

const coveragesOf = async (deps: Deps, { resourceType, id }: OperationRequest): Promise<Coverage[]> => {
  if (resourceType === 'Coverage') return [await stored<Coverage>(deps, 'Coverage', id!)];
  await read(deps, 'Patient', id!);
  const { versions } = await deps.store.search({
    resourceType: 'Coverage',
    where: [{ kind: 'reference', parameter: 'beneficiary', anyOf: [{ type: 'Patient', id: id! }] }],
    sort: [],
    count: MOST_COVERAGES,
    total: 'none',
  });
  return versions.map(({ body }) => JSON.parse(body) as Coverage);
};

const cardOf = async (deps: Deps, coverage: Coverage): Promise<ParametersParameter[]> => {
  const { baseUrl, timeZone, insurer } = deps.settings;
  const payor = coverage.payor.find(({ reference }) => reference?.includes('Organization/')) ?? { reference: insurer };
  const membership = {
    coverage,
    patient: await referred<Patient>(deps, coverage.beneficiary),
    insurer: await referred<Organization>(deps, payor),
  };
  const issued = deps.now();
  const end = coverage.period?.end === undefined ? undefined : parseDateRange(coverage.period.end, timeZone);
  const facts = {
    issuer: baseUrl,
    issued,
    expires: Math.min(end?.high ?? Infinity, issued + LONGEST_MS),
    revocationId: revocationIdOf(coverage.id!),
  };
  const jws = issueCard(membershipBundle(membership), facts, deps.cardKeys[0]);
  const { svg, png } = qrCode(jws);
  const picture = (contentType: string, bytes: Buffer): ParametersParameter => ({
    name: 'qrCode',
    valueAttachment: { contentType, data: bytes.toString('base64') },
  });
  return [
    { name: 'verifiableCredential', valueString: jws },
    picture('image/svg+xml', Buffer.from(svg)),
    picture('image/png', png),
  ];
};

/**
 * Issues membership cards: of a coverage, or of all that a patient is covered by today.
 * https://spec.smarthealth.cards/#via-fhir-health-cards-issue-operation
 */
export const healthCardsIssue: Operation = {
  code: 'health-cards-issue',
  levels: new Set(['instance']),
  affectsState: false,
  run: async (deps, request) => {
    const { credentialType } = readOperationInput(request, { credentialType: 'text*' }, deps.settings.maxDepth);
    const coverages = await coveragesOf(deps, request);
    if (credentialType.length > 0 && !credentialType.includes(HEALTH_CARD)) return parametersResult([]);
    const { timeZone } = deps.settings;
    const asked = request.resourceType as 'Coverage' | 'Patient';
    const told = coverForCard(coverages, { asked, day: dayOf(deps.now(), timeZone), timeZone });
    if ('issues' in told) throw new FhirError(422, told.issues);
    const cards: ParametersParameter[] = [];
    for (const coverage of told.coverages) cards.push(...(await cardOf(deps, coverage)));
    return parametersResult(cards);
  },
};
