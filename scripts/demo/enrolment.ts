import type { Bundle, Contract, Coverage, Parameters, ParametersParameter } from 'fhir/r4.js';
import type { Client } from 'fhir-kit-client';
import { amountOf, check, say, send, step } from './report.ts';
import { child, policy } from './requests.ts';

const part = ({ part: parts = [] }: ParametersParameter, name: string): ParametersParameter | undefined =>
  parts.find(each => each.name === name);

const familyIsOffered = async (client: Client, today: string): Promise<string> => {
  step('A household enrols: a child is added, a policy is offered, and everybody can see what it costs and why');
  await send('PUT /fhir/Patient/imani-okoye', client.update({ resourceType: 'Patient', id: child.id!, body: child }));
  await send(
    'PUT /fhir/Contract/okoye-policy  (offered, two members)',
    client.update({ resourceType: 'Contract', id: 'okoye-policy', body: policy(today) }),
  );
  const { status, body } = await send(
    'GET /fhir/Contract/okoye-policy/$premium',
    client.operation({ name: '$premium', resourceType: 'Contract', id: 'okoye-policy', method: 'GET' }),
  );
  const { parameter = [] } = body as Parameters;
  for (const line of parameter.filter(({ name }) => name === 'line')) {
    const quantity = part(line, 'quantity')?.valueInteger;
    const price = amountOf(part(line, 'price')?.valueMoney);
    say(`${part(line, 'text')?.valueString}: ${quantity} x ${price} = ${amountOf(part(line, 'amount')?.valueMoney)}`);
  }
  const balance = amountOf(parameter.find(({ name }) => name === 'balance')?.valueMoney);
  check(status === 200 && balance === '26.00 USD', `${balance} is to be paid`);
  return balance.replace(' USD', '');
};

const contributionIsPaid = async (client: Client, today: string, due: string): Promise<void> => {
  step('It pays, so the policy is executed and its members have cover, in the same moment');
  const { body: executed } = await send(
    `PUT /fhir/Contract/okoye-policy  (with a contribution of ${due} USD)`,
    client.update({ resourceType: 'Contract', id: 'okoye-policy', body: policy(today, due) }),
  );
  const { body } = await send(
    'GET /fhir/Coverage?beneficiary=Patient/imani-okoye,Patient/tumaini-okoye',
    client.search({
      resourceType: 'Coverage',
      searchParams: { beneficiary: 'Patient/imani-okoye,Patient/tumaini-okoye' },
    }),
  );
  const covers = ((body as Bundle<Coverage>).entry ?? []).map(({ resource }) => resource!);
  for (const { beneficiary, period, status } of covers) {
    say(`${beneficiary.reference}: ${status}, ${period?.start} to ${period?.end}`);
  }
  check(
    (executed as Contract).status === 'executed' &&
      covers.length === 2 &&
      covers.every(({ status }) => status === 'active'),
    'the contract is executed, both are covered',
  );
};

/** A household joins: what it costs, the contribution, cover. */
export const householdEnrols = async (client: Client, today: string): Promise<void> => {
  await contributionIsPaid(client, today, await familyIsOffered(client, today));
};
