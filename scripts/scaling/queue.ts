import { type Random, randomOf } from '../generate/random.ts';

/** What a server takes for its work, in milliseconds: one thread that answers and one that writes, each with a core of its own. */
export interface QueueServer {
  /** Of the main thread: a claim until it is handed to the writer, and its answer; anything that only reads. */
  judgeMs: number;
  answerMs: number;
  readMs: number;
  /** Of the writer: a claim in a batch, and the commit of a batch, which waits for the disk. */
  writeMs: number;
  commitMs: number;
  /** Every so many claims the writer folds the index in, which takes so long. */
  foldClaims: number;
  foldMs: number;
}

/** What comes: claims, and requests that read, a second, both at random. */
export interface QueueLoad {
  claims: number;
  reads: number;
}

/** What became of it. */
export interface QueueResult {
  /** Time from the arrival of a claim until its answer, of half of them and of 99 in 100. */
  p50Ms: number;
  p99Ms: number;
  /** Share of the time for which each thread worked. */
  mainBusy: number;
  writerBusy: number;
  /** Most claims in a batch. */
  largestBatch: number;
}

interface Task {
  kind: 'judge' | 'answer' | 'read';
  arrived: number;
}

/** Times that vary as those of independent events do. */
const exponential = (random: Random, mean: number): number => -Math.log(1 - random.next()) * mean;

/**
 * Simulates a server under a load: requests wait for the main thread in the order in which they come, claims for the writer, which
 * takes all that wait at a time.
 * @param seconds simulated
 */
export const simulateQueue = (server: QueueServer, load: QueueLoad, seconds: number, seed = 1): QueueResult => {
  const random = randomOf(seed);
  const rate = (load.claims + load.reads) / 1000;
  const end = seconds * 1000;
  const main: Task[] = [];
  let head = 0;
  let waiting: number[] = [];
  let writing: number[] = [];
  let running: Task | undefined;
  let [now, arrivesAt, mainDoneAt, writtenAt] = [0, exponential(random, 1 / rate), Infinity, Infinity];
  let [mainBusy, writerBusy, sinceFold, largestBatch] = [0, 0, 0, 0];
  const times: number[] = [];

  const startMain = (): void => {
    running = main[head++];
    if (running === undefined) {
      main.length = 0;
      head = 0;
      mainDoneAt = Infinity;
      return;
    }
    const mean = { judge: server.judgeMs, answer: server.answerMs, read: server.readMs }[running.kind];
    const took = exponential(random, mean);
    mainBusy += took;
    mainDoneAt = now + took;
  };
  const startWriter = (): void => {
    [writing, waiting] = [waiting, []];
    if (writing.length === 0) {
      writtenAt = Infinity;
      return;
    }
    largestBatch = Math.max(largestBatch, writing.length);
    sinceFold += writing.length;
    let took = exponential(random, server.commitMs) + writing.length * server.writeMs;
    if (sinceFold >= server.foldClaims) {
      took += server.foldMs;
      sinceFold = 0;
    }
    writerBusy += took;
    writtenAt = now + took;
  };
  const add = (task: Task): void => {
    main.push(task);
    if (running === undefined) startMain();
  };

  while (arrivesAt < end) {
    now = Math.min(arrivesAt, mainDoneAt, writtenAt);
    if (now === arrivesAt) {
      add({ kind: random.next() * (load.claims + load.reads) < load.claims ? 'judge' : 'read', arrived: now });
      arrivesAt = now + exponential(random, 1 / rate);
    } else if (now === mainDoneAt) {
      const done = running!;
      if (done.kind === 'judge') waiting.push(done.arrived);
      if (done.kind === 'answer') times.push(now - done.arrived);
      startMain();
      if (writtenAt === Infinity) startWriter();
    } else {
      const written = writing;
      startWriter();
      for (const arrived of written) add({ kind: 'answer', arrived });
    }
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mainBusy: Math.min(1, mainBusy / end),
    writerBusy: Math.min(1, writerBusy / end),
    largestBatch,
  };
};
