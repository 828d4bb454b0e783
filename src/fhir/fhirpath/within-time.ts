import { type Context, createContext, Script } from 'node:vm';

// A context costs a megabyte and a millisecond, so none is made before it is needed.
let sandbox: Context | undefined;
let script: Script | undefined;

/** Runs work that does not count its own steps. Throws an Error when it takes longer than `timeoutMs`. */
export function withinTime<T>(timeoutMs: number, work: () => T): T {
  sandbox ??= createContext({ work: undefined as unknown });
  script ??= new Script('work()');
  const outer = sandbox.work;
  sandbox.work = work;
  try {
    return script.runInContext(sandbox, { timeout: timeoutMs }) as T;
  } finally {
    sandbox.work = outer;
  }
}
