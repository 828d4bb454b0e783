import type { Config } from './config.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import { createPeerSecrets } from './integrations/connector/peer-secrets.ts';
import { importFacilities } from './integrations/mcsd/import-facilities.ts';
import type { Deps } from './interactions/context.ts';
import type { Outgoing } from './security/outgoing.ts';

/** Makes the question for facilities that have changed at a source of mCSD; undefined where the operator has named none. */
export const createMcsd = (
  config: Config,
  deps: Deps,
  { outgoing, tell }: { outgoing: Outgoing; tell: TellExchange },
): (() => Promise<void>) | undefined => {
  const { mcsdUrl: url } = config;
  if (url === '') return undefined;
  const secrets = createPeerSecrets(config.secrets, config.peerSecrets);
  const source = { url, outgoing, secrets: () => secrets.of('mcsd'), maxDepth: deps.settings.maxDepth };
  return () => {
    const from = deps.now();
    return importFacilities({
      ...{ deps, url, source },
      tell: told => {
        const at = deps.now();
        tell({ peer: 'mcsd', kind: 'mcsd', direction: 'sent', at, durationMs: at - from, ...told });
      },
    });
  };
};
