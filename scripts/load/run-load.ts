import { closeSync, openSync, writeSync } from 'node:fs';
import type { Destination } from './destination.ts';
import { loadEntries, type Refused } from './load-entries.ts';
import { createProgress, type Done, type Screen } from './progress.ts';
import type { LoadEntry } from './read-entries.ts';

/** What is loaded, and how its end is known. */
export interface LoadJob {
  entries: AsyncIterable<LoadEntry>;
  /** How much of all an entry is the end of, from 0 to 1; undefined where nobody knows. */
  shareAt(entry: LoadEntry): number | undefined;
  /** File that refused entries are written to, a line each; made when there is one. */
  report: string;
  screen: Screen;
  /** Ends the load after the group that is under way. */
  isStopped(): boolean;
}

/** Appends refused entries to a file: where each stands, and the OperationOutcome that it got. */
const createReport = (path: string) => {
  let file: number | undefined;
  return {
    add: ({ entry, issues }: Refused): void => {
      file ??= openSync(path, 'w');
      const outcome = { resourceType: 'OperationOutcome', issue: issues };
      writeSync(file, `${JSON.stringify({ file: entry.file, ...entry.place, outcome })}\n`);
    },
    close: (): void => {
      if (file !== undefined) closeSync(file);
    },
  };
};

/**
 * Loads everything, shows progress and writes the report.
 * @returns how many entries were stored and refused
 * @throws {Error} where the destination cannot be used any longer
 */
export const runLoad = async (destination: Destination, job: LoadJob): Promise<Done> => {
  const report = createReport(job.report);
  const progress = createProgress(job.screen);
  const done: Done = { stored: 0, refused: 0, share: undefined };
  try {
    for await (const { stored, refused, last } of loadEntries(destination, job.entries)) {
      done.stored += stored;
      done.refused += refused.length;
      done.share = job.shareAt(last);
      for (const one of refused) report.add(one);
      progress.tell(done);
      if (job.isStopped()) break;
    }
  } finally {
    report.close();
  }
  progress.finish(done);
  return done;
};
