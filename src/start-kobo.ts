import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import type { Resource } from './fhir/resource.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import { createPeerSecrets } from './integrations/connector/peer-secrets.ts';
import { askForSubmissions } from './integrations/kobo/ask-for-submissions.ts';
import { type KoboSettings, readKoboSettings } from './integrations/kobo/form-settings.ts';
import { type Answered, type Posted, receive } from './integrations/kobo/receive.ts';
import type { TakeContext } from './integrations/kobo/take-submission.ts';
import type { Deps } from './interactions/context.ts';
import { findCandidates } from './operations/find-candidates.ts';
import type { Outgoing } from './security/outgoing.ts';

/** Registrations by KoboToolbox, where the operator has set them up. */
export interface Kobo {
  receive(posted: Posted): Promise<Answered>;
  /** Asks for submissions that were not told, and for edits, where it is time. */
  questions: readonly (() => Promise<void>)[];
}

const readSettings = (file: string): KoboSettings => {
  try {
    return readKoboSettings(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`KIUNGO_KOBO_FORMS: ${file}: ${(error as Error).message}`, { cause: error });
  }
};

/** Sets it up; undefined where there is no file of forms. @throws {Error} naming the setting whose file cannot be used */
export const createKobo = (
  config: Config,
  deps: Deps,
  { outgoing, tell }: { outgoing: Outgoing; tell: TellExchange },
): Kobo | undefined => {
  if (config.koboForms === '') return undefined;
  const settings = readSettings(config.koboForms);
  const secrets = createPeerSecrets(config.secrets, config.peerSecrets);
  const match: TakeContext['match'] = async patient => {
    const faults = deps.validator.validate(patient as unknown as Resource, []);
    // It will not be stored, and what is compared must be what R4 says it is.
    if (faults.some(({ severity }) => severity === 'error')) return [];
    const candidates = await findCandidates(deps, patient);
    return candidates.map(({ version: { id }, likeness: { grade } }) => ({ id, isCertain: grade === 'certain' }));
  };
  const told = (peer: string, from: number) => {
    const at = deps.now();
    return { peer, kind: 'kobo', at, durationMs: at - from } as const;
  };
  const { url, forms } = settings;
  return {
    receive: async posted => {
      const from = deps.now();
      const context = { deps, match, settings, secrets: () => secrets.of('kobo') };
      const answered = await receive(context, posted);
      const { status: _, ...how } = answered;
      tell({ ...told('kobo', from), direction: 'received', ...how });
      return answered;
    },
    questions:
      url === undefined
        ? []
        : [...forms.values()].map(form => () => {
            const from = deps.now();
            return askForSubmissions({
              ...{ deps, match, form, url, outgoing, tokens: () => secrets.of('kobo-token') },
              tell: how => tell({ ...told('kobo', from), direction: 'sent', ...how }),
            });
          }),
  };
};
