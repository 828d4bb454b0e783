import { FhirError } from '../../fhir/fhir-error.ts';
import type { KeySet } from '../../security/key-set.ts';
import { senderOf } from './check-header.ts';
import { DciFault } from './dci-fault.ts';
import type { Envelope } from './envelope.ts';
import type { PeerSettings } from './peer-settings.ts';
import type { SearchContext } from './records.ts';
import { requireSignature } from './signature.ts';

/** A peer with its keys, as it may see the server. */
export interface DciPeer {
  settings: PeerSettings;
  keys: KeySet | undefined;
  depsFor: SearchContext['depsFor'];
}

/** What proving needs. */
export interface ProofContext {
  /** By their sender_id. */
  peers: ReadonlyMap<string, DciPeer>;
  /** Whether clients must prove themselves here at all. */
  isLoginRequired: boolean;
  /** Is told of a signature that does not hold, of a peer for which that is a warning. */
  warn: (peer: string, reason: string) => void;
  now: () => number;
}

const provenClient = async (clientId: () => Promise<string | undefined>): Promise<string | undefined> => {
  try {
    return await clientId();
  } catch (error) {
    if (error instanceof FhirError && error.status < 500) return undefined;
    throw error;
  }
};

/** Who has sent a message, proven as its settings ask for. @throws {DciFault} */
export const proveSender = async (
  { peers, isLoginRequired, warn, now }: ProofContext,
  envelope: Envelope,
  clientId: () => Promise<string | undefined>,
): Promise<DciPeer> => {
  const senderId = senderOf(envelope.header);
  const peer = peers.get(senderId);
  if (peer === undefined) throw new DciFault('err.sender_id.invalid', 'No such system is registered here.');
  const { signature, client } = peer.settings;
  if (signature !== 'off') {
    try {
      await requireSignature(envelope, { senderId, keys: peer.keys, now: now() });
      return peer;
    } catch (error) {
      if (signature === 'require' || !(error instanceof DciFault)) throw error;
      warn(senderId, error.message);
    }
  }
  if (isLoginRequired && (client === undefined || (await provenClient(clientId)) !== client)) {
    throw new DciFault('err.request.unauthorized', 'Send the access token of the client that this sender is here.');
  }
  return peer;
};
