import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Usage } from './report-usage.ts';

/** A server running in a process of its own, whose CPU time can be asked for. */
export interface MeasuredProcess {
  /** Scheme, host and port. */
  origin: string;
  /** From the start of the process until it answered its first request, milliseconds. */
  readyMs: number;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

const USAGE = new URL('./report-usage.ts', import.meta.url).href;

/** As `npm start` runs it. */
const FLAGS = ['--wasm-wrapper-tiering-budget=2147483647'];

/** The first line of the child's output that names its address. */
const originOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < 100_000) output += text;
      const origin = /http:\/\/[\d.]+:\d+/.exec(output)?.[0];
      if (origin !== undefined) resolve(origin);
    });
    child.once('exit', code => reject(new Error(`The server ended with ${code} before it listened.\n${output}`)));
  });

/** Starts a server file (a path from here, or a URL) and waits until `path` answers 200. */
export const startMeasured = async (
  file: string | URL,
  path: string,
  environment: Record<string, string> = {},
): Promise<MeasuredProcess> => {
  const started = performance.now();
  const child = fork(new URL(file, import.meta.url), {
    execArgv: [...FLAGS, '--import', USAGE],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const origin = await originOf(child);
  while ((await fetch(origin + path)).status !== 200);
  const readyMs = performance.now() - started;
  return {
    origin,
    readyMs,
    usage: async () => {
      const answer = once(child, 'message') as Promise<[Usage]>;
      child.send('usage');
      return (await answer)[0];
    },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
};
