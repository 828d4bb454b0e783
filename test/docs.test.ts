import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { secretVariable } from '../src/integrations/connector/peer-secrets.ts';
import { VARIABLES } from '../src/variables.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const documents = globSync('**/*.md', { cwd: ROOT, exclude: ['node_modules/**', 'data/**', 'coverage/**'] })
  .map(file => file.replaceAll('\\', '/'))
  .sort();
const decisions = documents.filter(file => /^docs\/adr\/\d/.test(file));

/** Without blocks of code. */
const proseOf = (file: string): string => read(file).replace(/^ *```[\s\S]*?^ *```$/gm, '');

/** Every match of a pattern's first group in all documents, with where it stands. */
const named = (pattern: RegExp, textOf = read): { file: string; name: string }[] =>
  documents.flatMap(file => [...textOf(file).matchAll(pattern)].map(([, name]) => ({ file, name: name! })));

/** The anchor that a heading gets when it is shown. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const hasAnchor = (file: string, anchor: string): boolean =>
  [...proseOf(file).matchAll(/^#+ (.*)$/gm)].some(([, heading]) => anchorOf(heading!) === anchor);

/** Variables of the secrets that are read. */
const SECRETS = globSync('src/**/*.ts', { cwd: ROOT })
  .flatMap(file => [...read(file).matchAll(/\bsecrets\.of\('([\w-]+)'\)/g)])
  .map(([, peer]) => secretVariable(peer!));

describe('the documents', () => {
  it('link to what is there', () => {
    const links = named(/\]\(([^)\s]+)\)/g, proseOf).filter(({ name }) => !/^[a-z]+:/.test(name));
    expect(links.length).toBeGreaterThan(30);
    const dead = links.filter(({ file, name }) => {
      const [path = '', anchor] = name.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      return !existsSync(join(ROOT, target)) || (anchor !== undefined && !hasAnchor(target, anchor));
    });
    expect(dead).toEqual([]);
  });

  it('name files and folders of the project that are there', () => {
    const paths = named(/`((?:src|test|scripts|bench|docs|profiles|capability-statements|scheme)\/[\w./-]+)`/g);
    expect(paths.length).toBeGreaterThan(100);
    const missing = paths.filter(({ name }) => !existsSync(join(ROOT, name)));
    expect(missing.filter(({ file, name }) => !EXAMPLES[file]?.includes(name))).toEqual([]);
  });

  it('name commands that npm knows', () => {
    const commands = named(/\bnpm run ([\w:-]+)/g);
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter(({ name }) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
  });

  it('name variables that are read', () => {
    const settings = new Set<string>([
      ...Object.values(VARIABLES).map(({ name }) => name),
      ...SECRETS,
      'KIUNGO_SECRET_',
      'KIUNGO_TEST_BRIEF',
    ]);
    const variables = named(/\b((?:KIUNGO|LOG)_[A-Z][A-Z\d_]*)/g);
    expect(variables.length).toBeGreaterThan(20);
    const unknown = variables.filter(({ name }) => !settings.has(name) && !isTestVariable(name));
    expect(unknown).toEqual([]);
  });
});

/** Files that a guide tells its reader to write. */
const EXAMPLES: Record<string, readonly string[]> = {
  'docs/how-to/add-a-profile.md': [
    'profiles/kiungo/StructureDefinition-kiungo-flag.json',
    'test/fixtures/valid/kiungo-flag.json',
    'test/fixtures/invalid/kiungo-flag.no-author.json',
  ],
};

/** Variables of tests are documented with the settings, and some test reads them. */
const isTestVariable = (name: string): boolean =>
  read('docs/configuration.md').includes(`\`${name}\``) &&
  globSync('test/**/*.ts', { cwd: ROOT }).some(file => read(file).includes(`process.env.${name}`));

describe('the decisions', () => {
  it('are all in the list, by number and title', () => {
    const list = read('docs/adr/README.md');
    const rows = [...list.matchAll(/^\| \[(\d{4})\]\(([\w.-]+)\) \| ([^|]+) \|/gm)];
    const listed = rows.map(([, number, file, title]) => [`docs/adr/${file}`, `# ${number} ${title}`]);
    expect(listed).toEqual(decisions.map(file => [file, read(file).split('\n', 1)[0]]));
    expect(decisions.map(file => Number(/\d{4}/.exec(file)![0]))).toEqual(decisions.map((_file, index) => index + 1));
  });

  it.each(decisions)('%s has its four sections on one page', file => {
    const headings = [...read(file).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Context', 'Decision', 'Status', 'Consequences']);
    expect(read(file).split('\n').length).toBeLessThan(65);
  });
});

describe('the table of dependencies', () => {
  const rows = [...read('CONTRIBUTING.md').matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  const table = new Map(rows.map(([, name, why, licence]) => [name!, { why, licence: licence!.trim() }]));
  const { dependencies, devDependencies, optionalDependencies } = packageJson;

  it('lists every package, in the order of package.json', () => {
    expect([...table.keys()]).toEqual(
      [dependencies, devDependencies, optionalDependencies].flatMap(group => Object.keys(group)),
    );
  });

  it('names the licence that each package names', () => {
    const installed = JSON.parse(read('package-lock.json')) as { packages: Record<string, { license?: string }> };
    for (const [name, { licence }] of table) {
      expect([name, licence]).toEqual([name, installed.packages[`node_modules/${name}`]?.license]);
    }
  });
});

it('the sample of a client that sends claims is short enough to be read', () => {
  const source = readFileSync(new URL('../docs/clients/send-claims.ts', import.meta.url), 'utf8');
  expect(source.split('\n').length).toBeLessThan(100);
});
