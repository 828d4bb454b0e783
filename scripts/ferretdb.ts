import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the program is made from. */
const SOURCE = join(import.meta.dirname, '../test/mongodb/ferretdb');

/**
 * The path of a program that answers the MongoDB protocol (FerretDB over SQLite), for tests. Built from its Go modules the first time,
 * which takes minutes, and kept outside the repository.
 * @throws {Error} where there is no Go, or the modules cannot be had
 */
export const ferretdb = (): string => {
  const hash = createHash('sha256');
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(SOURCE, file)));
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kiungo');
  const program = join(folder, `ferretdb-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  const go = existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : 'go';
  execFileSync('nice', [go, 'build', '-trimpath', '-o', unfinished, '.'], { cwd: SOURCE, stdio: 'inherit' });
  renameSync(unfinished, program);
  return program;
};

if (import.meta.main) process.stdout.write(`${ferretdb()}\n`);
