import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import type { Peer } from './integrations/connector/peer.ts';
import { billPeer } from './integrations/gepg/bill-peer.ts';
import type { Signing } from './integrations/gepg/envelope.ts';
import { gatewayStore } from './integrations/gepg/gateway-store.ts';
import { type Answered, receive } from './integrations/gepg/receive.ts';
import type { Deps } from './interactions/context.ts';
import type { Outgoing } from './security/outgoing.ts';

/** The gateway of GePG, where the operator has set it up. */
export interface Gepg {
  /** Absent where bills are not submitted: GePG may still send. */
  peer?: Peer;
  receive(text: string): Promise<Answered>;
}

const keyOf = (setting: string, file: string, read: (pem: string) => KeyObject): KeyObject => {
  try {
    return read(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${setting}: ${file}: ${(error as Error).message}`, { cause: error });
  }
};

/** @throws {Error} naming the setting whose file cannot be used */
export const readGepgKeys = ({ gepgKeyFile, gepgGatewayKeyFile, gepgHash }: Config): Signing | undefined =>
  gepgKeyFile === '' || gepgGatewayKeyFile === ''
    ? undefined
    : {
        hash: gepgHash,
        privateKey: keyOf('KIUNGO_GEPG_KEY_FILE', gepgKeyFile, createPrivateKey),
        gatewayKey: keyOf('KIUNGO_GEPG_GATEWAY_KEY_FILE', gepgGatewayKeyFile, createPublicKey),
      };

/** Sets the gateway up; undefined where there are no keys. */
export const createGepg = (
  config: Config,
  deps: Deps,
  { outgoing, tell }: { outgoing: Outgoing; tell: TellExchange },
): Gepg | undefined => {
  const signing = readGepgKeys(config);
  if (signing === undefined) return undefined;
  const gateway = gatewayStore(deps);
  const { insurer } = deps.settings;
  const localTime = (days: number): string =>
    new Date(deps.now() + config.gepgHours * 3_600_000 + days * 86_400_000).toISOString().slice(0, 19);
  const provider = {
    spCode: config.gepgSpCode,
    subSpCode: config.gepgSubSpCode,
    spSysId: config.gepgSystemId,
    gfsCode: config.gepgGfsCode,
  };
  const bills = { url: config.gepgUrl, provider, signing, gateway, outgoing, expiryDays: 30, localTime };
  return {
    ...(config.gepgUrl === '' ? {} : { peer: billPeer(bills) }),
    receive: async text => {
      const from = deps.now();
      const answered = await receive({ gateway, signing, insurer }, text);
      const { outcome, message, reason } = answered;
      const at = deps.now();
      const told = reason === undefined ? {} : { reason };
      tell({ peer: 'gepg', kind: 'gepg', direction: 'received', outcome, message, at, durationMs: at - from, ...told });
      return answered;
    },
  };
};
