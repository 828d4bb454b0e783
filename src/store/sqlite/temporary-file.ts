import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A database file in a folder of its own that goes when it is released, or else when the process exits. */
export function temporaryFile(): { file: string; release: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'kiungo-memory-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  return {
    file: join(folder, 'kiungo.db'),
    release: () => {
      process.off('exit', remove);
      remove();
    },
  };
}
