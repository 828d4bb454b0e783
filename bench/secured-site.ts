import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getToken } from '../docs/clients/get-token.ts';
import { runClientCommand } from '../scripts/client/run-client-command.ts';
import type { MeasuredProcess } from './measured-process.ts';
import { createSite, enrol, type Site } from './site.ts';

/** The facility that sends the claims of the bench. */
const FACILITY = 'Organization/sumbe-hospital';

/** A token lasts five minutes. */
const RENEW_MS = 120_000;

const CLIENTS = [
  { id: 'bench-administrator', role: 'administrator', scope: 'system/*.cruds', more: [] },
  { id: 'bench-facility', role: 'facility', scope: 'system/Claim.crs', more: ['--organization', FACILITY] },
] as const;

/**
 * A site whose server asks who is there and keeps the audit trail; what is measured asks as a health facility, which sees only what is its own.
 * @param start starts the server with settings
 */
export const startSecured = async (
  start: (settings: Record<string, string>) => Promise<MeasuredProcess>,
  { folder, store }: { folder: string; store: string },
): Promise<Site> => {
  const settings = { KIUNGO_AUTH: 'smart', KIUNGO_STORE: store };
  for (const { id, role, scope, more } of CLIENTS) {
    const key = join(folder, `${id}.key`);
    await runClientCommand(
      ['add', id, '--role', role, '--scope', scope, '--new-key', key, ...more],
      settings,
      () => {},
    );
  }
  const server = await start({ KIUNGO_AUTH: 'smart' });
  const tokenOf = async ({ id, scope }: (typeof CLIENTS)[number]): Promise<string> => {
    const privateKey = await readFile(join(folder, `${id}.key`), 'utf8');
    return getToken({ base: `${server.origin}/fhir`, clientId: id, privateKey, scope });
  };
  let token = await tokenOf(CLIENTS[0]);
  const site = createSite(server, { headers: () => ({ authorization: `Bearer ${token}` }) });
  await enrol(site);
  const renew = async (): Promise<void> => {
    token = await tokenOf(CLIENTS[1]);
  };
  await renew();
  setInterval(renew, RENEW_MS).unref();
  return site;
};
