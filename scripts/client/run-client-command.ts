import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import r4 from '../../capability-statements/r4.json' with { type: 'json' };
import { readConfig } from '../../src/config.ts';
import { type Client, type Roles, readClient } from '../../src/security/client.ts';
import { readRoles } from '../../src/security/read-roles.ts';
import { type GivenProofs, newKeyOf, readProofs } from './proofs.ts';
import { openRegistrations, type Registrations } from './registrations.ts';

const USAGE = `Who may use the server.

  npm run client -- add ID --role ROLE --scope "SCOPE ..." [--organization Organization/x] [--name TEXT]
                       [--normalize openimis|off] PROOF
  npm run client -- list
  npm run client -- show ID
  npm run client -- rotate ID PROOF [--keep-old]
  npm run client -- disable ID
  npm run client -- enable ID

PROOF is how the client proves who it is, one or more of:
  --new-key FILE      makes a key pair: the private half goes to FILE, which the client gets, the public half to the server
  --jwks FILE         public keys of the client (JWKS)
  --jwks-url URL      where the client publishes them
  --certificate FILE  its TLS certificate (PEM), or the SHA-256 fingerprint of that
  --openhim NAME      what OpenHIM calls it

The settings are those of the server (KIUNGO_STORE and so on). It may run meanwhile.`;

const OPTIONS = {
  role: { type: 'string' },
  scope: { type: 'string', multiple: true },
  organization: { type: 'string' },
  name: { type: 'string' },
  normalize: { type: 'string' },
  'new-key': { type: 'string' },
  jwks: { type: 'string' },
  'jwks-url': { type: 'string' },
  certificate: { type: 'string', multiple: true },
  openhim: { type: 'string' },
  'keep-old': { type: 'boolean' },
} as const;

const ROLES = fileURLToPath(new URL('../../src/security/roles', import.meta.url));
const roles = (): Roles =>
  readRoles(
    ROLES,
    r4.rest.flatMap(({ resource }) => resource.map(({ type }) => type)),
  );

const known = (found: Client | undefined, id: string): Client => {
  if (found === undefined) throw new Error(`No client "${id}" is registered. npm run client -- list`);
  return found;
};

/** Keys, certificates and names of both; of addresses of keys the new one. */
const withOld = (proofs: GivenProofs, old: Client): GivenProofs => {
  const keys = [...(old.jwks?.keys ?? []), ...(proofs.jwks?.keys ?? [])];
  const certificates = [...(old.certificates ?? []), ...(proofs.certificates ?? [])];
  return {
    ...proofs,
    ...(keys.length > 0 && { jwks: { keys } }),
    ...(certificates.length > 0 && { certificates }),
  };
};

const summary = ({ id, status, role, organization = '', scopes }: Client): string =>
  [id, status, role, organization, scopes.join(' ')].join('\t');

type Given = ReturnType<typeof parse>['values'];

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });

/** Removes what is undefined, so that nothing is said of it. */
const said = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const add = async (id: string, given: Given, registrations: Registrations): Promise<Client> => {
  const { role, organization, name, normalize } = given;
  const scopes = given.scope?.flatMap(text => text.split(' ')).filter(text => text !== '');
  if (await registrations.find(id)) throw new Error(`A client "${id}" is registered. npm run client -- show ${id}`);
  const { proofs, privateKey } = await readProofs(given);
  const client = readClient(said({ id, name, role, organization, scopes, normalize, ...proofs }), roles());
  await newKeyOf(privateKey, () => registrations.register(client));
  return client;
};

const rotate = async (id: string, given: Given, registrations: Registrations): Promise<Client> => {
  const old = known(await registrations.find(id), id);
  const { proofs, privateKey } = await readProofs(given);
  if (Object.keys(proofs).length === 0) throw new Error('Say by what the client proves itself from now on (PROOF).');
  const { jwks: _keys, jwksUrl: _url, certificates: _certificates, ...rest } = old;
  const proven = given['keep-old'] ? { ...said({ jwksUrl: old.jwksUrl }), ...withOld(proofs, old) } : proofs;
  const client = readClient({ ...rest, ...proven }, roles());
  await newKeyOf(privateKey, () => registrations.register(client));
  return client;
};

const setStatus = async (id: string, status: Client['status'], registrations: Registrations): Promise<Client> => {
  const client: Client = { ...known(await registrations.find(id), id), status };
  await registrations.register(client);
  return client;
};

/**
 * Registers clients, tells of them, disables them: in the store itself, or by the server that has it open.
 * @throws {Error} with a text for the operator
 */
export const runClientCommand = async (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Promise<void> => {
  const { values, positionals } = parse(args);
  const [command = '', id = ''] = positionals;
  const needsId = command !== 'list';
  const isKnown = ['add', 'list', 'show', 'rotate', 'disable', 'enable'].includes(command);
  if (!isKnown || (needsId && id === '') || positionals.length > 2) throw new Error(USAGE);
  const registrations = await openRegistrations(readConfig(environment));
  const tell = (client: Client): void => print(JSON.stringify(client, undefined, 2));
  try {
    if (command === 'list') {
      for (const client of await registrations.all()) print(summary(client));
    } else if (command === 'show') tell(known(await registrations.find(id), id));
    else if (command === 'add') tell(await add(id, values, registrations));
    else if (command === 'rotate') tell(await rotate(id, values, registrations));
    else tell(await setStatus(id, command === 'disable' ? 'disabled' : 'active', registrations));
  } finally {
    await registrations.close();
  }
};
