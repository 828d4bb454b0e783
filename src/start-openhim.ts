import { readFileSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import { type KeptRegistration, keepRegistered } from './integrations/openhim/keep-registered.ts';
import { describeMediator, PUBLIC_BASE_URL } from './integrations/openhim/mediator.ts';
import { openhimClient } from './integrations/openhim/openhim-client.ts';
import type { Deps } from './interactions/context.ts';

const textOf = (file: string): string | undefined => (file === '' ? undefined : readFileSync(file, 'utf8').trim());

/**
 * Registers with OpenHIM where the operator has named one; the public base of the API is from then on what its console says.
 * @param options.url base of the FHIR API on this machine
 * @param options.tellExchange takes note of registrations, and of what the console says
 */
export const startOpenhim = (
  config: Config,
  { settings, tell, now }: Deps,
  { url, tellExchange }: { url: string; tellExchange: TellExchange },
): KeptRegistration | undefined => {
  if (config.openhimUrl === '') return undefined;
  const client = openhimClient({
    url: config.openhimUrl,
    user: config.openhimUser,
    password: textOf(config.openhimPasswordFile) ?? '',
    authority: textOf(config.openhimAuthority),
  });
  const mediator = describeMediator({
    upstream: config.openhimUpstream || new URL(url).origin,
    baseUrl: settings.baseUrl,
    version: packageJson.version,
  });
  const note = (direction: 'sent' | 'received', message: string, reason?: string): void =>
    tellExchange({
      ...{ peer: 'openhim', kind: 'openhim', direction, message, at: now(), durationMs: 0 },
      ...(reason === undefined ? { outcome: 'delivered' } : { outcome: 'failed', reason }),
    });
  return keepRegistered({
    client,
    mediator,
    makesChannels: config.openhimChannel === 'yes',
    tell,
    note: reason => note('sent', 'registration', reason),
    configure: ({ [PUBLIC_BASE_URL]: said }) => {
      if (typeof said !== 'string' || !/^https?:\/\//.test(said) || !URL.canParse(said)) return;
      const baseUrl = said.replace(/\/+$/, '');
      if (baseUrl === settings.baseUrl) return;
      settings.baseUrl = baseUrl;
      note('received', 'settings of the console');
      tell("The public base of the API is the one of OpenHIM's console", { baseUrl });
    },
  });
};
