import type {
  Bundle,
  Claim,
  ClaimResponse,
  CommunicationRequest,
  CoverageEligibilityResponse,
  Invoice,
  Parameters,
  PaymentNotice,
} from 'fhir/r4.js';
import { Client } from 'fhir-kit-client';
import type { Resource } from '../../src/fhir/resource.ts';
import { complaintIsAnswered } from './complaint.ts';
import { householdEnrols } from './enrolment.ts';
import { personIsOne } from './one-person.ts';
import { type Answer, amountOf, check, codeOf, errorsOf, printErrors, say, send, step } from './report.ts';
import {
  claimWithSalts,
  eligibilityRequest,
  faultyClaim,
  feedback,
  MISTAKES,
  malariaClaim,
  paymentNotice,
  reviewOfTablets,
  settlement,
} from './requests.ts';
import { readDemoScheme } from './scheme.ts';

const loadScheme = async (client: Client, scheme: readonly Resource[]): Promise<void> => {
  step('The insurer loads its scheme: places, facilities, services and drugs with prices, a product, families, cover');
  const counts = new Map<string, number>();
  const started = performance.now();
  for (const resource of scheme) {
    const { resourceType, id } = resource;
    const stored = await client.update({ resourceType, id: id!, body: resource });
    if (Client.httpFor(stored).response?.status === 201) counts.set(resourceType, (counts.get(resourceType) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  say(`PUT /fhir/<type>/<id>, ${scheme.length} times in ${Math.round(performance.now() - started)} ms`);
  say([...counts].map(([type, count]) => `${count} ${type}`).join(', '));
  check(total === scheme.length, `all ${scheme.length} resources were created`);
};

const askEligibility = async (client: Client, patient: string, today: string, isCovered: boolean): Promise<void> => {
  const { status, body } = await send(
    `POST /fhir/CoverageEligibilityRequest/$submit  (Patient/${patient}, benefits, ${today})`,
    client.operation({
      name: '$submit',
      resourceType: 'CoverageEligibilityRequest',
      input: eligibilityRequest(patient, today),
    }),
  );
  const { disposition, insurance = [] } = body as CoverageEligibilityResponse;
  say(`"${disposition}"`);
  for (const { coverage, benefitPeriod, item } of insurance) {
    say(
      `${item?.[0]?.description} (${item?.[0]?.name}), ${benefitPeriod?.start} to ${benefitPeriod?.end}: ${coverage.reference}`,
    );
  }
  check(
    status === 200 && insurance.some(({ inforce }) => inforce) === isCovered,
    isCovered ? 'the patient is covered today' : 'the patient is not covered, and the answer says since when',
  );
};

const sendClaim = (client: Client, claim: Resource): Promise<Answer> =>
  send(
    `POST /fhir/Claim  (${(claim as unknown as Claim).identifier?.[0]?.value}, ${(claim as unknown as Claim).item?.length} lines, total ${amountOf((claim as unknown as Claim).total)})`,
    client.create({ resourceType: 'Claim', body: claim }),
  );

const claimIsSent = async (client: Client, today: string): Promise<string> => {
  step('The health centre sends a claim: consultation, malaria test, 24 tablets, salts');
  const { status, body } = await sendClaim(client, claimWithSalts(today));
  const { id = '' } = body as Claim;
  check(status === 201 && id !== '', `the claim is stored as Claim/${id}`);
  return id;
};

const claimIsRefused = async (client: Client, today: string): Promise<void> => {
  step('It sends a claim with four mistakes, and is told all four at once');
  const { status, body } = await sendClaim(client, faultyClaim(today));
  printErrors(body);
  const found = errorsOf(body).map(({ expression }) => expression?.[0]);
  check(
    status === 422 && found.length === MISTAKES.length && MISTAKES.every(mistake => found.includes(mistake)),
    'each of the four mistakes is named at its place, nothing is stored',
  );
};

const claimIsResent = async (client: Client, today: string, id: string): Promise<void> => {
  step('The line broke before the answer came, so it sends the good claim again');
  const again = await sendClaim(client, claimWithSalts(today));
  check(again.status === 200 && (again.body as Claim).id === id, `it gets the first one, Claim/${id}`);
  step('A clerk uses the same claim number for something else');
  const other = await sendClaim(client, { ...malariaClaim(today), patient: { reference: 'Patient/juma-sadiki' } });
  printErrors(other.body);
  check(other.status === 409, 'that is a conflict, not a second claim');
  step('How many claims does the patient have now?');
  const { body } = await send(
    'GET /fhir/Claim?patient=Patient/zuri-sadiki',
    client.search({ resourceType: 'Claim', searchParams: { patient: 'Patient/zuri-sadiki' } }),
  );
  check((body as Bundle).entry?.length === 1, 'one');
};

const totalAt = ({ total = [] }: ClaimResponse, stage: string): string =>
  amountOf(total.find(({ category }) => codeOf(category) === stage)?.amount);

/** Says what an answer says of every line, and why. */
const sayAnswer = (answer: ClaimResponse): void => {
  say(`outcome ${answer.outcome}, insurer ${answer.insurer.reference}`);
  for (const { itemSequence, adjudication } of answer.item ?? []) {
    const last = adjudication.at(-1);
    say(
      `line ${itemSequence}: status ${codeOf(last?.category)}, reason ${codeOf(last?.reason)}, ${last?.value} x ${amountOf(last?.amount)}`,
    );
  }
  for (const { text } of answer.processNote ?? []) say(`"${text}"`);
};

const answerIsRead = async (client: Client, id: string): Promise<void> => {
  step("The health centre reads the insurer's answer, which has the id of the claim");
  const { status, body } = await send(
    `GET /fhir/ClaimResponse/${id}`,
    client.read({ resourceType: 'ClaimResponse', id }),
  );
  const answer = body as ClaimResponse;
  sayAnswer(answer);
  check(
    status === 200 && answer.outcome === 'partial' && totalAt(answer, '4') === '9.20 USD',
    'checked: three lines are accepted, the salts are not in the product',
  );
};

const motherIsAsked = async (client: Client, id: string): Promise<void> => {
  step('An enrolment officer is asked to visit the mother, and tells what she says of the treatment');
  const { body: request } = await send(
    `GET /fhir/CommunicationRequest/${id}`,
    client.read({ resourceType: 'CommunicationRequest', id }),
  );
  say(`${(request as CommunicationRequest).status}, to ${(request as CommunicationRequest).recipient?.[0]?.reference}`);
  const { status } = await send(
    'POST /fhir/Communication  (five answers)',
    client.create({ resourceType: 'Communication', body: feedback(id) }),
  );
  const { body: answered } = await send(
    `GET /fhir/CommunicationRequest/${id}`,
    client.read({ resourceType: 'CommunicationRequest', id }),
  );
  check(
    status === 201 && (answered as CommunicationRequest).status === 'completed',
    'her answers are stored, and nobody asks again',
  );
};

const claimIsDecided = async (client: Client, id: string): Promise<void> => {
  step('A medical officer pays for 20 of the 24 tablets, and the claim is processed');
  await send(
    `POST /fhir/Claim/${id}/$review  (line 3, quantity 20)`,
    client.operation({ name: '$review', resourceType: 'Claim', id, input: reviewOfTablets }),
  );
  const { status, body } = await send(
    `POST /fhir/Claim/${id}/$process`,
    client.operation({
      name: '$process',
      resourceType: 'Claim',
      id,
      input: { resourceType: 'Parameters' } as unknown as Resource,
    }),
  );
  const answer = body as ClaimResponse;
  sayAnswer(answer);
  check(
    status === 200 && answer.outcome === 'complete' && totalAt(answer, '16') === '8.50 USD',
    'paid up to the ceiling of a consultation, to the cent',
  );
};

const paymentIsTold = async (client: Client, today: string): Promise<void> => {
  step('A mobile money operator tells that a family has paid its contribution');
  const { body: invoice } = await send(
    'GET /fhir/Invoice/lungu-renewal',
    client.read({ resourceType: 'Invoice', id: 'lungu-renewal' }),
  );
  say(`${(invoice as Invoice).status}, ${amountOf((invoice as Invoice).totalGross)}`);
  const notice = paymentNotice(today);
  const { status, body } = await send(
    'POST /fhir/PaymentNotice  (request Invoice/lungu-renewal, 24.00 USD, cleared)',
    client.create({ resourceType: 'PaymentNotice', body: notice }),
  );
  check(status === 201, `the notice is stored as PaymentNotice/${(body as PaymentNotice).id}`);
  const unknown = await send(
    'POST /fhir/PaymentNotice  (request Invoice/unheard-of)',
    client.create({
      resourceType: 'PaymentNotice',
      body: { ...notice, request: { reference: 'Invoice/unheard-of', type: 'Invoice' } },
    }),
  );
  printErrors(unknown.body);
  check(unknown.status === 422, 'a payment for an unknown invoice is refused');
};

const unmatchedOf = async (client: Client): Promise<Parameters> => {
  const { body } = await send(
    'GET /fhir/PaymentReconciliation/$unmatched?invoice=Invoice/lungu-renewal',
    client.operation({
      name: '$unmatched',
      resourceType: 'PaymentReconciliation',
      method: 'GET',
      input: { invoice: 'Invoice/lungu-renewal' },
    }),
  );
  return body as Parameters;
};

const paymentIsSettled = async (client: Client, today: string): Promise<void> => {
  step('The money arrives, and the payment is reconciled with the notice');
  const mismatches = ({ parameter = [] }: Parameters) => parameter.filter(({ name }) => name === 'unmatched');
  const before = mismatches(await unmatchedOf(client));
  for (const { part = [] } of before) say(`"${part.find(({ name }) => name === 'text')?.valueString}"`);
  const { status } = await send(
    'PUT /fhir/PaymentReconciliation/not-here-yet  (24.00 USD, one detail)',
    client.update({ resourceType: 'PaymentReconciliation', id: 'not-here-yet', body: settlement(today) }),
  );
  const after = mismatches(await unmatchedOf(client));
  const { body: invoice } = await send(
    'GET /fhir/Invoice/lungu-renewal',
    client.read({ resourceType: 'Invoice', id: 'lungu-renewal' }),
  );
  check(
    status === 201 && before.length === 1 && after.length === 0 && (invoice as Invoice).status === 'balanced',
    'what did not match does now, and the invoice is balanced',
  );
};

/** Plays the whole story against a server; gives the id of the claim that was stored. */
export const tellStory = async (url: string): Promise<string> => {
  const now = new Date();
  const today = now.toISOString().slice(0, 10);
  const client = new Client({ baseUrl: url });
  await loadScheme(client, await readDemoScheme(now.getUTCFullYear()));
  await householdEnrols(client, today);
  step('A health centre asks whether a child is covered');
  await askEligibility(client, 'zuri-sadiki', today, true);
  step('A dispensary asks about a man whose cover has run out');
  await askEligibility(client, 'baraka-lungu', today, false);
  const id = await claimIsSent(client, today);
  await claimIsRefused(client, today);
  await claimIsResent(client, today, id);
  await answerIsRead(client, id);
  await motherIsAsked(client, id);
  await complaintIsAnswered(client);
  await claimIsDecided(client, id);
  await paymentIsTold(client, today);
  await paymentIsSettled(client, today);
  await personIsOne(client, today);
  return id;
};
