import type { TestProject } from 'vitest/node';
import { startEngine } from './engine.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    mongodb?: { url: string; explainsIndexes: boolean };
  }
}

/** Starts the engine for all test files, and tells at the end which it was and what it could not show. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await startEngine();
  const { url, explainsIndexes } = engine;
  project.provide('mongodb', { url, explainsIndexes });
  return async () => {
    await engine.close();
    const lacks = [
      ...(explainsIndexes ? [] : ['which index a plan uses (explain)']),
      ...(explainsIndexes
        ? []
        : ['three files that do not come to their end there (batch runs, posted search parameters, all roles)']),
      ...(engine.isReplicaSet ? [] : ['the loss of a primary']),
    ];
    process.stdout.write(`The store ran on ${engine.description}.\n`);
    if (process.env.KIUNGO_TEST_BRIEF !== undefined) {
      process.stdout.write(
        'Skipped, because KIUNGO_TEST_BRIEF is set: ten files that take half a minute and more there.\n',
      );
    }
    if (lacks.length > 0) process.stdout.write(`Skipped, for what this engine does not have: ${lacks.join('; ')}.\n`);
  };
}
