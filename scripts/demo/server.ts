import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server that runs as a process of its own, on a store that ends with it. */
export interface DemoServer {
  /** Base of the FHIR API. */
  url: string;
  child: ChildProcess;
  /** Asks the server to end (SIGTERM); gives its exit code. */
  stop(): Promise<number | null>;
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The address in the log line that says the server is ready. */
const readyUrl = (line: string): string | undefined => {
  if (!line.startsWith('{')) return undefined;
  const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
  return msg === 'ready' ? url : undefined;
};

/**
 * Starts the real server on a free port of this machine and waits until it is ready.
 * @throws {Error} when it ends before, with what it wrote to standard error
 */
export const startDemoServer = async (): Promise<DemoServer> => {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      KIUNGO_HOST: '127.0.0.1',
      KIUNGO_PORT: '0',
      KIUNGO_STORE: 'sqlite::memory:',
      KIUNGO_CURRENCY: 'USD',
      KIUNGO_TIME_ZONE: 'UTC',
      KIUNGO_FEEDBACK_SHARE: '100',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      const found = readyUrl(line);
      if (found !== undefined) resolve(found);
    });
    exited.then(([code]) => reject(new Error(`The server ended (exit code ${code}). ${complaint.trim()}`)), reject);
  });
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return (await exited)[0];
  };
  const ready = await fetch(new URL('/ready', url));
  if (!ready.ok) {
    await stop();
    throw new Error(`The server says that it is not ready: ${ready.status}`);
  }
  return { url, child, stop };
};
