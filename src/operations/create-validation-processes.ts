import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Judgements, ValidationProcesses } from '../interactions/validation-processes.ts';
import type { FromProcess, ProcessData, ToProcess } from './process-messages.ts';

/** How validation processes are run. */
export interface ValidationProcessesOptions {
  /** What a process is told when it starts. */
  data(): ProcessData;
  /** What the definitions are at: a process that was started at another number is replaced before it judges anything more. */
  generation(): number;
  /** Processes at most. */
  most: number;
  /** Bodies that may wait for a process. */
  mostWaiting: number;
  /** Milliseconds that one judgement may take, the start of its process included. */
  limitMs: number;
  /** Megabytes that the objects of one process may take. */
  heapMegabytes: number;
  /** What a process runs. */
  script?: URL;
}

interface Job {
  message: ToProcess;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

interface Running {
  child: ChildProcess;
  generation: number;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
}

const RETRY_AFTER = '5';

const busy = (): FhirError =>
  refuse(
    'validation-busy',
    'The server is judging as many large bodies as it can at a time. Nothing was stored; send this again a little later.',
    { headers: { 'retry-after': RETRY_AFTER } },
  );

const unfinished = (cause: unknown): FhirError =>
  refuse(
    'validation-unfinished',
    'Judging this body took more memory or time than the server gives to one. Nothing was stored. Send it in smaller parts.',
    { cause, headers: { 'retry-after': RETRY_AFTER } },
  );

/**
 * Processes that judge large bodies, started when they are first needed. One that breaks down takes only the body with it that it was
 * judging.
 */
export const createValidationProcesses = (options: ValidationProcessesOptions): ValidationProcesses => {
  const { most, mostWaiting, limitMs, heapMegabytes } = options;
  const script = options.script ?? new URL('./validation-process.ts', import.meta.url);
  const processes = new Set<Running>();
  const waiting: Job[] = [];
  let isClosed = false;

  const finish = (running: Running): Job | undefined => {
    const { job } = running;
    clearTimeout(running.timer);
    running.job = undefined;
    return job;
  };

  const discard = (running: Running): boolean => {
    running.child.kill('SIGKILL');
    return processes.delete(running);
  };

  const end = (running: Running, cause: unknown): void => {
    if (!discard(running)) return;
    finish(running)?.reject(unfinished(cause));
    next();
  };

  const receive = (running: Running, message: FromProcess): void => {
    const job = finish(running);
    if (message.kind === 'answer') job?.resolve(message.answer);
    else if (message.kind === 'refusal') job?.reject(new FhirError(message.status, message.issues));
    else job?.reject(new Error(`Validation process: ${message.stack}`));
    next();
  };

  const start = (): Running => {
    const child = fork(script, {
      execArgv: [`--max-old-space-size=${heapMegabytes}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const running: Running = { child, generation: options.generation(), job: undefined, timer: undefined };
    child.on('message', (message: FromProcess) => receive(running, message));
    child.on('error', error => end(running, error));
    child.on('exit', (code, signal) => end(running, new Error(`The validation process ended (${code ?? signal}).`)));
    child.send(options.data());
    processes.add(running);
    return running;
  };

  const idle = (): Running | undefined => {
    for (const running of processes) {
      if (running.job !== undefined) continue;
      if (running.generation === options.generation()) return running;
      discard(running);
    }
    return processes.size < most ? start() : undefined;
  };

  const next = (): void => {
    const running = waiting.length === 0 ? undefined : idle();
    if (running === undefined) return;
    const job = waiting.shift()!;
    running.job = job;
    running.timer = setTimeout(() => end(running, new Error(`No answer in ${limitMs} ms.`)), limitMs);
    running.child.send(job.message);
  };

  const mayWait = (): boolean =>
    waiting.length < mostWaiting || processes.size < most || [...processes].some(({ job }) => job === undefined);

  return {
    run: <Name extends keyof Judgements>(name: Name, argument: Parameters<Judgements[Name]>[0]) =>
      new Promise<ReturnType<Judgements[Name]>>((resolve, reject) => {
        if (isClosed || !mayWait()) {
          reject(busy());
          return;
        }
        waiting.push({ message: { name, argument }, resolve: answer => resolve(answer as never), reject });
        next();
      }),
    close: async () => {
      isClosed = true;
      for (const job of waiting.splice(0)) job.reject(busy());
      const ended = [...processes].map(running => {
        const exit = once(running.child, 'exit');
        end(running, new Error('The server closes.'));
        return exit;
      });
      await Promise.all(ended);
    },
  };
};
