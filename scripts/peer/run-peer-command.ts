import { parseArgs } from 'node:util';
import { PLAYED_PEERS, type Played } from './played-peers.ts';

const USAGE = `Plays another system on this machine, so that a connector can be tried without it. It runs until it is ended.

  npm run peer -- NAME [--port 9010] [--mood MOOD] [--server http://127.0.0.1:8080] [--folder data/peer]

${Object.entries(PLAYED_PEERS)
  .map(([name, { moods }]) => `  ${name.padEnd(8)} moods: ${moods.join(', ')}`)
  .join('\n')}`;

const OPTIONS = {
  port: { type: 'string', default: '9010' },
  mood: { type: 'string' },
  server: { type: 'string', default: 'http://127.0.0.1:8080' },
  folder: { type: 'string', default: 'data/peer' },
} as const;

/**
 * Plays the system that the arguments name, and tells what it is sent.
 * @param say takes lines for the operator
 * @throws {Error} with a text for the operator
 */
export const runPeerCommand = async (args: string[], say: (text: string) => void): Promise<Played> => {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [name = ''] = positionals;
  const peer = Object.hasOwn(PLAYED_PEERS, name) ? PLAYED_PEERS[name] : undefined;
  if (peer === undefined || positionals.length > 1) throw new Error(USAGE);
  const { port, server, folder, mood = peer.moods[0]! } = values;
  if (!peer.moods.includes(mood)) throw new Error(`${name} has the moods ${peer.moods.join(', ')}.`);
  if (!/^\d{1,5}$/.test(port)) throw new Error('--port is a number.');
  const played = await peer.play({ port: Number(port), mood, server, folder, say });
  say(`${name} is played at ${played.url}, ${mood}. Before the server is started:`);
  for (const line of played.settings) say(`  ${line}`);
  return played;
};
