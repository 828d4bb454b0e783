import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the program is made from. */
const SOURCE = join(import.meta.dirname, '../test/mongodb/ferretdb');
const MODULE = 'github.com/FerretDB/FerretDB';
const READ_DOCUMENT = 'sqlite/read_document.go';

/** What is put in its place in files of FerretDB, so that documents are read once (see `read_document.go`). */
const CHANGES: readonly { file: string; from: string; to: string }[] = [
  {
    file: 'internal/backends/sqlite/query_iterator.go',
    from: 'doc, err = sjson.Unmarshal(b)',
    to: 'doc, err = readDocument(b)',
  },
  {
    file: 'internal/backends/sqlite/query_iterator.go',
    from: '"github.com/FerretDB/FerretDB/internal/handler/sjson"',
    to: '',
  },
  {
    file: 'internal/handler/common/update.go',
    from: 'result.Matched.Count++',
    to: 'result.Matched.Count++\ndoc = doc.DeepCopy()',
  },
];

/**
 * The path of a program that answers the MongoDB protocol (FerretDB over SQLite), for tests. Built from its Go modules the first time,
 * which takes minutes, and kept outside the repository.
 * @throws {Error} where there is no Go, or the modules cannot be had
 */
export const ferretdb = (): string => {
  const hash = createHash('sha256').update(JSON.stringify(CHANGES));
  for (const file of ['main.go', 'go.mod', 'go.sum', READ_DOCUMENT]) hash.update(readFileSync(join(SOURCE, file)));
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kiungo');
  const program = join(folder, `ferretdb-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  build(unfinished);
  renameSync(unfinished, program);
  return program;
};

function build(program: string): void {
  const go = existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : 'go';
  const work = mkdtempSync(join(tmpdir(), 'kiungo-ferretdb-build-'));
  const run = (...command: string[]): string =>
    execFileSync('nice', command, { cwd: work, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  try {
    for (const file of ['main.go', 'go.mod', 'go.sum']) copyFileSync(join(SOURCE, file), join(work, file));
    const { Dir } = JSON.parse(run(go, 'mod', 'download', '-json', MODULE)) as { Dir: string };
    const engine = join(work, 'engine');
    cpSync(Dir, engine, { recursive: true });
    // Go keeps modules so that nobody can write to them.
    run('chmod', '-R', 'u+w', engine);
    copyFileSync(join(SOURCE, READ_DOCUMENT), join(engine, 'internal/backends', READ_DOCUMENT));
    for (const { file, from, to } of CHANGES) {
      const [before, after, ...others] = readFileSync(join(engine, file), 'utf8').split(from);
      if (after === undefined || others.length > 0) throw new Error(`${file} of FerretDB has not "${from}" once.`);
      writeFileSync(join(engine, file), before + to + after);
    }
    run(go, 'mod', 'edit', `-replace=${MODULE}=./engine`);
    run(go, 'build', '-trimpath', '-o', program, '.');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.main) process.stdout.write(`${ferretdb()}\n`);
