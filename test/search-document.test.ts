import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildSearchDocument } from '../scripts/search-document.ts';
import { SEARCH_TYPES } from '../src/search/search-types.ts';

const [file, text] = buildSearchDocument();

test('docs/search.md has the tables that npm run definitions makes', () => {
  expect(readFileSync(join(import.meta.dirname, '..', file), 'utf8')).toBe(text);
});

test('docs/search.md says what every modifier does', () => {
  const prose = text.slice(text.indexOf('Of every parameter'), text.indexOf('## By other resources'));
  for (const modifier of Object.values(SEARCH_TYPES).flatMap(({ modifiers }) => modifiers)) {
    expect(prose, modifier).toContain(`:${modifier}`);
  }
});
