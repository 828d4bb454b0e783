import { canonicalRewritings } from './canonical-rewritings.ts';
import { codeRewritings } from './code-rewritings.ts';
import { codeSystemRewritings } from './code-system-rewritings.ts';
import { containedRewritings } from './contained-rewritings.ts';
import { coverRewritings } from './cover-rewritings.ts';
import { elementRewritings } from './element-rewritings.ts';
import { identifierRewritings } from './identifier-rewritings.ts';
import { referenceRewritings } from './reference-rewritings.ts';
import type { Rewriting } from './rewriting.ts';
import { valueRewritings } from './value-rewritings.ts';

/**
 * Everything that normalising rewrites, in the order in which it does: what the resource alone tells, then references, for which
 * stored resources must be found, then what follows from what they lead to. `docs/openimis.md` lists the same.
 */
export const rewritings: Readonly<Record<'forms' | 'references' | 'cover', readonly Rewriting[]>> = {
  forms: [
    ...canonicalRewritings,
    ...codeSystemRewritings,
    ...codeRewritings,
    ...valueRewritings,
    ...identifierRewritings,
    ...elementRewritings,
  ],
  references: [...referenceRewritings, ...containedRewritings],
  cover: coverRewritings,
};
