import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rewritings } from '../src/openimis/rewritings.ts';

const DOCUMENT = readFileSync(new URL('../docs/openimis.md', import.meta.url), 'utf8');

const section = (heading: string): string =>
  DOCUMENT.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? '';

describe('docs/openimis.md', () => {
  it('lists every rewriting, in the order in which they are made', () => {
    const rows = section('What is rewritten').match(/^\| `.*$/gm);
    const inCode = Object.values(rewritings)
      .flat()
      .map(({ elements, sent, written, rule }) => {
        const names = elements.map(element => `\`${element}\``).join(', ');
        return `| ${names} | ${sent} | ${written} | \`${rule}\` |`;
      });
    expect(rows).toEqual(inCode);
  });
});
