import type { CodeSystem, ValueSet } from 'fhir/r4.js';
import { type CodeSystemConcepts, codeSystemConcepts } from './code-system-concepts.ts';
import type { Terminology, ValueSetCodes } from './terminology.ts';
import { valueSetCodes } from './value-set-codes.ts';

/** A definition that is loaded. The same canonical gives the same object, so that what is made of it is kept by it. */
export interface Readable {
  read(): unknown;
}

/** Where code systems and value sets come from. */
export interface TerminologySource<Source extends Readable = Readable> {
  /** By canonical url, with or without a version. */
  find(resourceType: 'CodeSystem' | 'ValueSet', canonical: string): Source | undefined;
  /** The code systems that supplement the one of this url. */
  supplements(url: string): readonly Source[];
  /** What a code system holds, together with its supplements. */
  compile?(source: Source, supplements: readonly Source[]): CodeSystemConcepts;
}

/** Reads and compiles a code system. */
export const compileCodeSystem = (source: Readable, supplements: readonly Readable[]): CodeSystemConcepts =>
  codeSystemConcepts(
    source.read() as CodeSystem,
    supplements.map(each => each.read() as CodeSystem),
  );

/**
 * The terminology of what is loaded: each code system and value set is compiled when it is first asked for, and kept. Whoever changes
 * what is loaded makes a new one.
 */
export const createTerminology = <Source extends Readable>({
  find,
  supplements,
  compile = compileCodeSystem,
}: TerminologySource<Source>): Terminology => {
  const codeSystems = new Map<Source, CodeSystemConcepts>();
  const valueSets = new Map<Source, ValueSetCodes | 'being compiled'>();
  const terminology: Terminology = {
    codeSystem(url) {
      const source = find('CodeSystem', url);
      if (source === undefined) return undefined;
      let compiled = codeSystems.get(source);
      if (compiled === undefined) {
        compiled = compile(source, supplements(url.split('|', 1)[0]!));
        codeSystems.set(source, compiled);
      }
      return compiled;
    },
    valueSet(url) {
      const source = find('ValueSet', url);
      if (source === undefined) return undefined;
      const compiled = valueSets.get(source);
      if (compiled === 'being compiled') return circularValueSet(url);
      if (compiled !== undefined) return compiled;
      valueSets.set(source, 'being compiled');
      try {
        const codes = valueSetCodes(source.read() as ValueSet, terminology);
        valueSets.set(source, codes);
        return codes;
      } catch (cause) {
        valueSets.delete(source);
        throw cause;
      }
    },
  };
  return terminology;
};

/** What stands for a value set within itself: nothing can be said of it. */
const circularValueSet = (url: string): ValueSetCodes => ({
  url,
  definition: { resourceType: 'ValueSet', status: 'unknown' },
  systems: [''],
  judge: () => 'unknown',
  sample: () => [],
  members: () => [],
  gaps: [`Value set ${url} includes itself.`],
  open: false,
  weight: 1,
});
