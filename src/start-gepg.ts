import type { Config } from './config.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import type { Peer } from './integrations/connector/peer.ts';
import type { Signing } from './integrations/gepg/envelope.ts';
import { GEPG, gepgGateway } from './integrations/gepg/gepg-gateway.ts';
import { readSigning } from './integrations/gepg/read-signing.ts';
import { askForDays } from './integrations/payments/ask-for-days.ts';
import { collectionPeer } from './integrations/payments/collection-peer.ts';
import type { Answered } from './integrations/payments/payment-gateway.ts';
import { paymentStore } from './integrations/payments/payment-store.ts';
import { tellingAnswers } from './integrations/payments/telling-answers.ts';
import type { Deps } from './interactions/context.ts';
import type { Outgoing } from './security/outgoing.ts';

/** The gateway of GePG, where the operator has set it up. */
export interface Gepg {
  /** Absent where bills are not submitted: GePG may still send. */
  peer?: Peer;
  receive(text: string): Promise<Answered>;
  /** Has the days asked for whose reconciliation is due. */
  askForDays(): Promise<void>;
}

/** @throws {Error} naming the setting whose file cannot be used */
export const readGepgKeys = ({ gepgKeyFile, gepgGatewayKeyFile, gepgHash }: Config): (() => Signing) | undefined =>
  gepgKeyFile === '' || gepgGatewayKeyFile === ''
    ? undefined
    : readSigning({
        hash: gepgHash,
        own: { setting: 'KIUNGO_GEPG_KEY_FILE', file: gepgKeyFile },
        gateway: { setting: 'KIUNGO_GEPG_GATEWAY_KEY_FILE', file: gepgGatewayKeyFile },
      });

/** Sets the gateway up; undefined where there are no keys. */
export const createGepg = (
  config: Config,
  deps: Deps,
  { outgoing, tell }: { outgoing: Outgoing; tell: TellExchange },
): Gepg | undefined => {
  const signing = readGepgKeys(config);
  if (signing === undefined) return undefined;
  const store = paymentStore(deps);
  const localTime = (days: number): string =>
    new Date(deps.now() + config.gepgHours * 3_600_000 + days * 86_400_000).toISOString().slice(0, 19);
  const provider = {
    spCode: config.gepgSpCode,
    subSpCode: config.gepgSubSpCode,
    spSysId: config.gepgSystemId,
    gfsCode: config.gepgGfsCode,
  };
  const { insurer } = deps.settings;
  const gateway = gepgGateway({
    ...{ url: config.gepgUrl, provider, signing, store, outgoing, insurer },
    ...{ expiryDays: 30, localTime },
  });
  return {
    ...(config.gepgUrl === '' ? {} : { peer: collectionPeer(gateway, store) }),
    askForDays: () => askForDays(store, GEPG, { today: localTime(0).slice(0, 10), days: config.gepgReconcileDays }),
    receive: tellingAnswers(gateway.onNotification, { gateway: GEPG, tell, now: deps.now }),
  };
};
