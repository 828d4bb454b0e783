import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import r4 from '../capability-statements/r4.json' with { type: 'json' };

/** Which folders a folder may import from; `.` is the files directly below src. A folder may always import from itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  fhir: [],
  card: ['fhir'],
  'fhir/fhirpath': ['fhir'],
  terminology: ['fhir'],
  definitions: ['fhir', 'fhir/fhirpath', 'terminology'],
  validation: ['fhir', 'fhir/fhirpath', 'terminology', 'definitions'],
  search: ['fhir', 'fhir/fhirpath', 'definitions', 'search/types'],
  'search/types': ['fhir', 'fhir/fhirpath', 'definitions', 'search'],
  store: ['fhir', 'search', 'store/sqlite', 'store/mongodb'],
  'store/sqlite': ['fhir', 'search', 'store'],
  'store/mongodb': ['fhir', 'search', 'store'],
  audit: ['fhir', 'search', 'store'],
  security: ['fhir', 'definitions', 'search', 'store'],
  'integrations/connector': ['fhir', 'store'],
  'json-schema': ['fhir', 'terminology', 'definitions', 'validation'],
  xml: ['fhir', 'definitions', 'validation'],
  insurance: [
    'fhir',
    'insurance/adjudication',
    'insurance/batch',
    'insurance/enrolment',
    'insurance/feedback',
    'insurance/fraud',
    'insurance/grievance',
    'insurance/set-up',
    'insurance/payment',
    'insurance/texts',
    'matching',
  ],
  'insurance/adjudication': ['fhir', 'insurance/texts'],
  'insurance/batch': ['fhir', 'insurance', 'insurance/set-up', 'insurance/texts'],
  'insurance/enrolment': ['fhir'],
  'insurance/feedback': ['fhir', 'insurance', 'insurance/texts'],
  'insurance/fraud': ['fhir', 'insurance', 'insurance/adjudication', 'insurance/set-up'],
  'insurance/grievance': ['fhir', 'insurance', 'insurance/texts'],
  'insurance/payment': ['fhir', 'insurance', 'insurance/texts'],
  'insurance/texts': [],
  'insurance/set-up': ['fhir', 'insurance', 'insurance/adjudication', 'insurance/enrolment', 'insurance/texts'],
  openimis: ['fhir', 'terminology', 'definitions', 'insurance'],
  matching: ['fhir', 'search'],
  patch: ['fhir', 'fhir/fhirpath'],
  interactions: [
    'audit',
    'card',
    'fhir',
    'security',
    'definitions',
    'validation',
    'search',
    'insurance',
    'insurance/texts',
    'openimis',
    'patch',
    'store',
  ],
  operations: [
    'card',
    'security',
    'fhir',
    'terminology',
    'definitions',
    'validation',
    'search',
    'insurance',
    'insurance/batch',
    'insurance/fraud',
    'insurance/payment',
    'matching',
    'store',
    'interactions',
    'json-schema',
    'reporting',
    'xml',
    'subscriptions',
    'integrations/connector',
  ],
  reporting: ['fhir', 'insurance'],
  'integrations/dhis2': [],
  'integrations/openhim': [],
  'integrations/syslog': ['store', 'audit', 'integrations/connector'],
  'integrations/payments': ['fhir', 'store', 'interactions', 'integrations/connector'],
  'integrations/dci': ['fhir', 'search', 'security', 'store', 'interactions', 'integrations/connector'],
  'integrations/gsma': ['security', 'integrations/connector', 'integrations/payments'],
  'integrations/kobo': ['fhir', 'security', 'store', 'interactions', 'integrations/connector'],
  'integrations/mcsd': ['fhir', 'security', 'interactions', 'integrations/connector'],
  'integrations/gepg': ['security', 'integrations/connector', 'integrations/payments'],
  subscriptions: ['fhir', 'search', 'store', 'security', 'interactions', 'integrations/connector'],
  http: [
    'integrations/dci',
    'integrations/gsma',
    'integrations/kobo',
    'integrations/payments',
    'audit',
    'integrations/openhim',
    'integrations/connector',
    'fhir',
    'definitions',
    'store',
    'security',
    'interactions',
    'operations',
    'xml',
  ],
  '.': [
    'audit',
    'card',
    'fhir',
    'definitions',
    'validation',
    'search',
    'store',
    'insurance',
    'insurance/texts',
    'patch',
    'security',
    'interactions',
    'operations',
    'integrations/connector',
    'integrations/dhis2',
    'integrations/dci',
    'integrations/gepg',
    'integrations/gsma',
    'integrations/kobo',
    'integrations/mcsd',
    'integrations/openhim',
    'integrations/syslog',
    'integrations/payments',
    'reporting',
    'subscriptions',
    'http',
  ],
};

/** What may be imported from a folder only as types or only from one file: the rest of the folder is closed to that importer. */
const ONLY_THESE: Record<string, Record<string, RegExp>> = {
  store: { search: /search\/(query|index-entry|fold-text|full-text)\.ts$/ },
  'store/sqlite': {
    search: /search\/(query|index-entry|fold-text|full-text)\.ts$/,
    store: /store\/(store|store-error|store-keys|bounded|key-name|audit-hash)\.ts$/,
  },
  'store/mongodb': {
    search: /search\/(query|index-entry|full-text|match)\.ts$/,
    store: /store\/(store|store-error|bounded|key-name|audit-hash)\.ts$/,
  },
  audit: { search: /search\/(query|index-entry|match)\.ts$/, store: /store\/(store|store-error|audit-hash)\.ts$/ },
  insurance: { matching: /matching\/merged-records\.ts$/ },
  matching: { search: /search\/(query|fold-text)\.ts$/ },
  'json-schema': { validation: /validation\/(snapshot-tree|compile-structure)\.ts$/ },
  xml: { definitions: /definitions\/definitions\.ts$/, validation: /validation\/snapshot-tree\.ts$/ },
  openimis: {
    definitions: /definitions\/definitions\.ts$/,
    insurance: /insurance\/(coverage-in-force|openimis-codes)\.ts$/,
  },
  reporting: { insurance: /insurance\/(claim-stages|coverage-in-force|kiungo-codes|openimis-codes)\.ts$/ },
  interactions: { store: /store\/(store|store-error|follow-newest)\.ts$/, insurance: /insurance\/insurance-rule\.ts$/ },
  operations: {
    store: /store\/(store|store-error)\.ts$/,
    insurance: /insurance\/(insurance-rule|contract-premium|cover-for-card)\.ts$/,
    'insurance/fraud': /fraud\/screen-claims\.ts$/,
    'insurance/payment': /payment\/unmatched-report\.ts$/,
  },
  http: { store: /store\/(store|store-error)\.ts$/ },
  security: { store: /store\/(store|store-error|follow-newest)\.ts$/ },
  'integrations/connector': { store: /store\/store\.ts$/ },
  'integrations/dci': {
    search: /search\/(query|escape)\.ts$/,
    store: /store\/(store|follow-newest)\.ts$/,
    security: /security\/(outgoing|key-set)\.ts$/,
  },
  'integrations/kobo': { store: /store\/store\.ts$/, security: /security\/outgoing\.ts$/ },
  'integrations/mcsd': { security: /security\/outgoing\.ts$/ },
  subscriptions: {
    store: /store\/(store|follow-newest)\.ts$/,
    security: /security\/(outgoing|rule-entries|seal)\.ts$/,
  },
};

/** Which folders (or files) may import a package. Node's own modules are free but for those listed. */
const PACKAGES: Record<string, readonly string[]> = {
  fastify: ['http', 'app.ts'],
  pino: ['http', 'app.ts', 'serve.ts', 'open-deps.ts', 'reindex.ts'],
  'prom-client': ['http'],
  fhirpath: ['fhir/fhirpath'],
  '@lhncbc/ucum-lhc': ['fhir/ucum.ts'],
  mongodb: ['store/mongodb'],
  'qrcode-generator': ['card'],
  nanotar: ['definitions'],
  'fhir/r4.js': [
    'card',
    'integrations/dci',
    'integrations/gsma',
    'integrations/kobo',
    'integrations/payments',
    'terminology',
    'definitions',
    'insurance',
    'insurance/set-up',
    'insurance/batch',
    'insurance/feedback',
    'insurance/fraud',
    'insurance/grievance',
    'insurance/payment',
    'matching',
    'openimis',
    'operations',
    'reporting',
    'dhis2.ts',
    'subscriptions',
    'validation',
    'search',
    'search/types',
    'first-start.ts',
    'start-dci.ts',
  ],
  'node:sqlite': ['store/sqlite'],
  'node:worker_threads': ['store/sqlite'],
  'node:child_process': ['operations'],
};

/** What carries resources of any type: the envelopes of the API itself. */
const ENVELOPES = ['fhir/bundle.ts', 'fhir/operation-outcome.ts'];

const SRC = join(import.meta.dirname, '../src');

interface Import {
  file: string;
  folder: string;
  target: string;
  typeOnly: boolean;
}

const sources = globSync('**/*.ts', { cwd: SRC }).filter(file => !file.endsWith('.test.ts'));
const textOf = (file: string): string => readFileSync(join(SRC, file), 'utf8');

const imports: Import[] = sources.flatMap(file => {
  const found = textOf(file).matchAll(
    /^(?:import|export)\s(type\s)?[^;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...found].map(([, type, from, bare, dynamic]) => {
    const specifier = (from ?? bare ?? dynamic)!;
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
    return { file, folder: dirname(file), target, typeOnly: type !== undefined };
  });
});
const resourceTypes = r4.rest.flatMap(({ resource }) => resource.map(({ type }) => type));
const own = imports.filter(({ target }) => target.endsWith('.ts'));

describe('architecture', () => {
  it('knows every folder', () => {
    expect(own.length).toBeGreaterThan(100);
    expect([...new Set(sources.map(file => dirname(file)))].filter(folder => MAY_IMPORT[folder] === undefined)).toEqual(
      [],
    );
  });

  it('imports one way between folders', () => {
    const wrong = own.filter(({ folder, target }) => {
      const to = dirname(target);
      return to !== folder && !MAY_IMPORT[folder]!.includes(to);
    });
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it('enters folders by the files meant for it', () => {
    const wrong = own.filter(({ folder, target }) => {
      const only = ONLY_THESE[folder]?.[dirname(target)];
      return only !== undefined && !only.test(target);
    });
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it('has no cycle among files', () => {
    const next = new Map<string, string[]>();
    for (const { file, target } of own) next.set(file, [...(next.get(file) ?? []), target]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      const at = path.indexOf(file);
      if (at >= 0) cycles.push([...path.slice(at), file].join(' -> '));
      if (at >= 0 || done.has(file)) return;
      for (const target of next.get(file) ?? []) walk(target, [...path, file]);
      done.add(file);
    };
    for (const file of sources) walk(file, []);
    expect(cycles).toEqual([]);
  });

  it('uses each package in its own place only', () => {
    const packages = imports.filter(({ target }) => !target.endsWith('.ts') && !target.endsWith('.json'));
    const wrong = packages.filter(({ file, folder, target }) => {
      if (target.startsWith('node:') && PACKAGES[target] === undefined) return false;
      const name = PACKAGES[target] === undefined ? target.split('/')[0]! : target;
      const allowed = PACKAGES[name] ?? [];
      return !allowed.includes(folder) && !allowed.includes(file);
    });
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it('reads the environment and the clock in one place each', () => {
    const uses = (pattern: RegExp): string[] => sources.filter(file => pattern.test(textOf(file)));
    expect(uses(/\bprocess\.env\b/)).toEqual(['main.ts']);
    expect(uses(/\bDate\.now\(|new Date\(\)/)).toEqual(['clock.ts', 'fhir/fhirpath/operations.ts']);
  });

  it('has a file for one resource type in insurance only', () => {
    const types = new Set(resourceTypes.map(type => type.toLowerCase()));
    const named = sources.filter(file => {
      const name = file.replace(/^.*\//, '').replace(/\.ts$/, '');
      return types.has(name.replaceAll('-', '')) && !file.startsWith('insurance/');
    });
    expect(named.filter(file => !ENVELOPES.includes(file))).toEqual([]);
  });

  it('names no folder or file for anything and everything', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|shared|core|services?|managers?|index)(\.ts$|\/)/;
    expect(sources.filter(file => vague.test(file))).toEqual([]);
  });
});
