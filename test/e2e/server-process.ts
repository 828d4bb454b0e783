import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { limitOf } from '../store-url.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Longest that a server may take to be ready, or to say why it cannot start. */
const START_LIMIT_MS = limitOf(15_000);

/** The real server as a process of its own. */
export interface ServerProcess {
  /** Base of the FHIR API. */
  url: string;
  pid: number;
  /** Lines of its log that were written until it was ready. */
  startLog: readonly { level: number; msg: string }[];
  /** What it has written to standard error so far. */
  complaint(): string;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Ends it in good order; gives the exit code. */
  stop(): Promise<number | null>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const spawnServer = (
  settings: Record<string, string>,
  within: readonly string[] = [],
): { child: ChildProcess; complaint: () => string } => {
  const [command, ...args] = [...within, process.execPath, MAIN];
  const child = spawn(command!, args, {
    env: { PATH: process.env.PATH, KIUNGO_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { child, complaint: () => text };
};

/** Ends every server that a test has started and left running. */
export const killServers = async (): Promise<void> => {
  await Promise.all(
    [...running].map(async child => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }),
  );
};

/**
 * Starts the server on a free port and waits until it is ready, at most `limitMs` milliseconds.
 * @throws {Error} when it ends before that, with what it wrote to standard error
 */
export const startServer = async (
  settings: Record<string, string>,
  limitMs: number = START_LIMIT_MS,
): Promise<ServerProcess> => {
  const { child, complaint } = spawnServer(settings);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const startLog: { level: number; msg: string; url?: string }[] = [];
  const lines = createInterface({ input: child.stdout! });
  const url = await new Promise<string>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`Not ready after ${limitMs} ms`)), limitMs);
    lines.on('line', line => {
      const entry = JSON.parse(line) as { level: number; msg: string; url?: string };
      startLog.push(entry);
      if (entry.msg !== 'ready') return;
      clearTimeout(limit);
      resolve(entry.url!);
    });
    exited.then(([code]) => {
      clearTimeout(limit);
      reject(new Error(`The server ended (exit code ${code}). ${complaint()}`));
    }, reject);
  });
  lines.close();
  child.stdout!.resume();
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = await exited;
    return code;
  };
  return {
    url,
    pid: child.pid!,
    startLog,
    complaint,
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
};

/**
 * Starts a server that is expected not to come up: its exit code and what it wrote to standard error.
 * @param within a command that runs it within limits, like `prlimit --fsize=0`
 */
export const failToStart = async (
  settings: Record<string, string>,
  within: readonly string[] = [],
): Promise<{ code: number | null; text: string }> => {
  const { child, complaint } = spawnServer(settings, within);
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(limit);
  return { code, text: complaint() };
};
