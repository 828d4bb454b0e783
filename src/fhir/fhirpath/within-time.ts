import { createContext, Script } from 'node:vm';

const sandbox = createContext({ work: undefined as unknown });
const script = new Script('work()');

/** Runs work that does not count its own steps. Throws an Error when it takes longer than `timeoutMs`. */
export function withinTime<T>(timeoutMs: number, work: () => T): T {
  const outer = sandbox.work;
  sandbox.work = work;
  try {
    return script.runInContext(sandbox, { timeout: timeoutMs }) as T;
  } finally {
    sandbox.work = outer;
  }
}
