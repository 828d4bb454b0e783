import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildFiguresDocuments } from './figures-documents.ts';
import { buildIssueRules } from './issue-rules.ts';
import { buildR4Artefact } from './r4-artefact.ts';
import { buildSearchDocument } from './search-document.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = 'profiles/r4';

/** The first file, by name, that differs from a fresh build, is missing, or should not be there; undefined when none. */
export const firstStaleFile = (artefact: ReadonlyMap<string, string>): string | undefined => {
  const present = filesOf(FOLDER);
  const names = [...new Set([...artefact.keys(), ...present])].sort();
  return names.find(name => artefact.get(name) !== readIfPresent(name));
};

const filesOf = (folder: string): string[] => {
  try {
    return readdirSync(join(ROOT, folder)).map(name => `${folder}/${name}`);
  } catch {
    return [];
  }
};

const readIfPresent = (file: string): string | undefined => {
  try {
    return readFileSync(join(ROOT, file), 'utf8');
  } catch {
    return undefined;
  }
};

if (import.meta.main) {
  const artefact = new Map([
    ...buildR4Artefact(),
    buildIssueRules(),
    buildSearchDocument(),
    ...buildFiguresDocuments(),
  ]);
  if (process.argv.includes('--check')) {
    const stale = firstStaleFile(artefact);
    if (stale !== undefined) {
      console.error(`${stale} differs from what npm run definitions makes`);
      process.exitCode = 1;
    }
  } else {
    for (const file of filesOf(FOLDER)) if (!artefact.has(file)) rmSync(join(ROOT, file));
    for (const [file, text] of artefact) {
      mkdirSync(dirname(join(ROOT, file)), { recursive: true });
      writeFileSync(join(ROOT, file), text);
    }
    console.log(`${artefact.size} files written`);
  }
}
