import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Lays the files of a revision out in a folder, with the packages that are installed here, and gives the URL of its `src/main.ts`.
 * @throws {Error} where git knows no such revision
 */
export const layOutRevision = (revision: string, folder: string): URL => {
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, 'revision.tar');
  execFileSync('git', ['archive', '--format=tar', '--output', archive, '--end-of-options', revision], { cwd: ROOT });
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return pathToFileURL(join(folder, 'src', 'main.ts'));
};
