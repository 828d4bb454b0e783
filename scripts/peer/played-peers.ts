import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textOf } from '../../src/integrations/gepg/element.ts';
import { type Dhis2Mood, startDhis2 } from '../../test/peers/dhis2.ts';
import { type GepgMood, startGepg } from '../../test/peers/gepg.ts';
import { type GsmaMood, startGsma } from '../../test/peers/gsma.ts';
import { KOBO_LOGIN, KOBO_TOKEN, type KoboMood, startKobo } from '../../test/peers/kobo.ts';
import { startOpenhim } from '../../test/peers/openhim.ts';
import { startWebhook } from '../../test/peers/webhook.ts';

/** How a peer is to be played. */
export interface PlayOptions {
  port: number;
  mood: string;
  /** Where the server is that it talks to: scheme, host and port. */
  server: string;
  /** Where a peer leaves files for the server. */
  folder: string;
  say: (text: string) => void;
}

/** A peer that is played. */
export interface Played {
  url: string;
  /** What the server needs to find it, as lines of a shell. */
  settings: readonly string[];
  close(): Promise<void>;
}

/** A system that can be played, with the moods that it may be in; the first one is that of every day. */
export interface PlayedPeer {
  moods: readonly string[];
  play(options: PlayOptions): Promise<Played>;
}

const LOOK_MS = 200;

/** Calls for each item that a list gets, in order, and says what went wrong with one. */
const follow = <Item>(
  list: readonly Item[],
  say: (text: string) => void,
  each: (item: Item) => unknown,
): NodeJS.Timeout => {
  let seen = 0;
  return setInterval(async () => {
    for (const item of list.slice(seen)) {
      seen += 1;
      try {
        await each(item);
      } catch (error) {
        const { message, cause } = error as Error;
        say(`The server cannot be told: ${(cause as Error | undefined)?.message ?? message}`);
      }
    }
  }, LOOK_MS);
};

const playGepg = async ({ port, mood, server, folder, say }: PlayOptions): Promise<Played> => {
  const peer = await startGepg('sha1', port);
  peer.mood(mood as GepgMood);
  mkdirSync(folder, { recursive: true });
  const [own, gateway] = [join(folder, 'own.pem'), join(folder, 'gepg.pem')];
  writeFileSync(own, peer.providerKey);
  writeFileSync(gateway, peer.publicKey);
  const send = async (path: string, message: string): Promise<void> => {
    const answer = await fetch(new URL(`/integrations/gepg/${path}`, server), { method: 'POST', body: message });
    say(`${path} told: ${answer.status}, code ${peer.codeOf(await answer.text())}`);
  };
  let count = 0;
  const following = follow(peer.bills, say, async bill => {
    const [billId, amount, currency] = ['BillId', 'BillAmt', 'Ccy'].map(name => textOf(bill, name)!);
    say(`Bill ${billId}: ${amount} ${currency}`);
    count += 1;
    const reference = `${Date.now()}-${count}`;
    const paidAt = new Date().toISOString().slice(0, 19);
    await send('control-number', peer.controlNumber(billId!, `99${String(count).padStart(10, '0')}`));
    await send('payment', peer.payment({ reference, amount: amount!, currency: currency!, billId: billId!, paidAt }));
  });
  return {
    url: peer.url,
    settings: [
      `export KIUNGO_GEPG_URL=${peer.url} KIUNGO_TRUSTED_HOSTS=127.0.0.1`,
      `export KIUNGO_GEPG_KEY_FILE=${own} KIUNGO_GEPG_GATEWAY_KEY_FILE=${gateway}`,
    ],
    close: () => {
      clearInterval(following);
      return peer.close();
    },
  };
};

const playGsma = async ({ port, mood, say }: PlayOptions): Promise<Played> => {
  const peer = await startGsma(port);
  peer.mood(mood as GsmaMood);
  const following = follow(peer.requests, say, async ({ transaction }) => {
    const { requestingOrganisationTransactionReference: bill, amount, currency } = transaction;
    say(`Collection of ${bill}: ${amount} ${currency}`);
    if (mood === 'paid') return;
    const { status } = await peer.callBack(String(bill), peer.pay(String(bill)));
    say(`payment told: ${status}`);
  });
  return {
    url: peer.url,
    settings: [`export KIUNGO_GSMA_URL=${peer.url} KIUNGO_GSMA_ACCOUNT=4711 KIUNGO_TRUSTED_HOSTS=127.0.0.1`],
    close: () => {
      clearInterval(following);
      return peer.close();
    },
  };
};

const playOpenhim = async ({ port, mood, say, folder }: PlayOptions): Promise<Played> => {
  const peer = await startOpenhim(port);
  peer.fail(mood === 'away');
  mkdirSync(folder, { recursive: true });
  const password = join(folder, 'openhim-password');
  writeFileSync(password, 'secret');
  const following = follow(peer.log, say, say);
  return {
    url: peer.url,
    settings: [`export KIUNGO_OPENHIM_URL=${peer.url} KIUNGO_OPENHIM_PASSWORD_FILE=${password}`],
    close: () => {
      clearInterval(following);
      return peer.close();
    },
  };
};

const playDhis2 = async ({ port, mood, say, folder }: PlayOptions): Promise<Played> => {
  const peer = await startDhis2(port);
  peer.mood(mood as Dhis2Mood);
  mkdirSync(folder, { recursive: true });
  const password = join(folder, 'dhis2-password');
  writeFileSync(password, 'district');
  const following = follow(peer.received, say, ({ path, body }) => say(`POST ${path}\n${body}`));
  return {
    url: peer.url,
    settings: [`npm run dhis2 -- --dhis2 ${peer.url} --password-file ${password} --month 2026-01`],
    close: () => {
      clearInterval(following);
      return peer.close();
    },
  };
};

const playKobo = async ({ port, mood, say, folder }: PlayOptions): Promise<Played> => {
  const peer = await startKobo(port);
  peer.mood(mood as KoboMood);
  mkdirSync(folder, { recursive: true });
  const forms = join(folder, 'kobo-forms.json');
  const example = readFileSync(new URL('../../docs/integrations/kobo-forms.json', import.meta.url), 'utf8');
  writeFileSync(forms, JSON.stringify({ ...JSON.parse(example), url: peer.url }, undefined, 2));
  peer.submit({
    ...{
      'head/family': 'Mollel',
      'head/first': 'Rehema',
      'head/sex': 'f',
      'head/born': '1985-11-02',
      'house/rooms': '2',
    },
    members: [{ 'members/first': 'Juma', 'members/sex': 'm', 'members/born': '2015-04-20' }],
  });
  const following = follow(peer.asked, say, ({ pathname, search }) =>
    say(`GET ${pathname}${decodeURIComponent(search)}`),
  );
  return {
    url: peer.url,
    settings: [
      `export KIUNGO_KOBO_FORMS=${forms} KIUNGO_TRUSTED_HOSTS=127.0.0.1 # its url is ${peer.url}`,
      `export KIUNGO_SECRET_KOBO=${KOBO_LOGIN} KIUNGO_SECRET_KOBO_TOKEN=${KOBO_TOKEN}`,
    ],
    close: () => {
      clearInterval(following);
      return peer.close();
    },
  };
};

const STATUS: Readonly<Record<string, number | 'cut' | 'lost'>> = { well: 200, away: 503, cut: 'cut', late: 'lost' };

const playWebhook = async ({ port, mood, say }: PlayOptions): Promise<Played> => {
  const peer = await startWebhook(undefined, port);
  peer.behave(STATUS[mood]!);
  const following = follow(peer.receipts, say, ({ method, path, body }) => say(`${method} ${path}\n${body}`));
  return {
    url: peer.url,
    settings: [`export KIUNGO_TRUSTED_HOSTS=127.0.0.1 # and a Subscription with the endpoint ${peer.url}`],
    close: () => {
      clearInterval(following);
      return peer.close();
    },
  };
};

/** Other systems, as they are played for tests, by name. */
export const PLAYED_PEERS: Readonly<Record<string, PlayedPeer>> = {
  gepg: { moods: ['well', 'away', 'wrong-signature', 'late', 'code 7242'], play: playGepg },
  gsma: { moods: ['well', 'away', 'late', 'paid', 'error insufficientFunds'], play: playGsma },
  openhim: { moods: ['well', 'away'], play: playOpenhim },
  dhis2: { moods: ['new', 'old', 'warning', 'unknown-org-unit', 'away'], play: playDhis2 },
  kobo: { moods: ['well', 'away'], play: playKobo },
  webhook: { moods: Object.keys(STATUS), play: playWebhook },
};
