import type { Config } from './config.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import type { Peer } from './integrations/connector/peer.ts';
import { createPeerSecrets } from './integrations/connector/peer-secrets.ts';
import { gsmaClient } from './integrations/gsma/gsma-client.ts';
import { GSMA, type GsmaCallback, gsmaGateway } from './integrations/gsma/gsma-gateway.ts';
import { askForDays } from './integrations/payments/ask-for-days.ts';
import { collectionPeer } from './integrations/payments/collection-peer.ts';
import type { Answered } from './integrations/payments/payment-gateway.ts';
import { paymentStore } from './integrations/payments/payment-store.ts';
import { tellingAnswers } from './integrations/payments/telling-answers.ts';
import type { Deps } from './interactions/context.ts';
import type { Outgoing } from './security/outgoing.ts';

/** A provider of mobile money, where the operator has set it up. */
export interface Gsma {
  peer: Peer;
  receive(callback: GsmaCallback): Promise<Answered>;
  /** Has the days asked for whose reconciliation is due. */
  askForDays(): Promise<void>;
}

/** Sets the gateway up; undefined where no provider is named. */
export const createGsma = (
  config: Config,
  deps: Deps,
  { outgoing, tell }: { outgoing: Outgoing; tell: TellExchange },
): Gsma | undefined => {
  if (config.gsmaUrl === '') return undefined;
  const { now, settings } = deps;
  const store = paymentStore(deps);
  const secrets = createPeerSecrets(config.secrets, config.peerSecrets);
  const ownSecret = deps.store.signingKey.toString('hex');
  const { disburse, ...gateway } = gsmaGateway({
    client: gsmaClient({ url: config.gsmaUrl, outgoing, apiKeys: () => secrets.of('gsma-key'), now }),
    ...{ account: config.gsmaAccount, store, insurer: settings.insurer, now },
    secrets: async () => {
      const shared = await secrets.of('gsma');
      return shared.length > 0 ? shared : [ownSecret];
    },
    origin: () => settings.baseUrl,
  });
  return {
    peer: collectionPeer(config.gsmaPayouts === 'yes' ? { ...gateway, disburse: disburse! } : gateway, store),
    receive: tellingAnswers(gateway.onNotification, { gateway: GSMA, tell, now }),
    askForDays: () => {
      const today = new Date(now()).toISOString().slice(0, 10);
      return askForDays(store, GSMA, { today, days: config.gsmaReconcileDays });
    },
  };
};
