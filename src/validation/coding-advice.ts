import { nearestName } from '../fhir/nearest-name.ts';
import { isJsonObject } from '../fhir/resource.ts';
import { likelyUcumUnit, UCUM } from '../fhir/ucum.ts';
import type { CodeSystemConcepts } from '../terminology/code-system-concepts.ts';
import { grammarOf } from '../terminology/grammar-systems.ts';
import { isDisplayOf } from '../terminology/is-display-of.ts';
import type { Terminology } from '../terminology/terminology.ts';
import type { NativeRule } from './plan.ts';
import type { Report } from './report.ts';

/** Codes that an unknown one is compared with. */
const MOST_COMPARED = 1000;

/**
 * The rule of Coding and Quantity: what its own code system says of its code, whatever value set the element is bound to. It only
 * warns, and only when a resource is looked at thoroughly: of a code that the system has not, of a value set in the place of a system, of one that is not to be used any more,
 * of a display that is another concept's or nobody's. https://hl7.org/fhir/R4/datatypes.html#Coding
 */
export const codingAdvice = (terminology: Terminology): NativeRule => ({
  advisory: true,
  holds: () => true,
  explain(value, _scope, path, report) {
    if (!report.advisable || !isJsonObject(value)) return;
    const { system, code, display } = value;
    if (typeof system !== 'string' || typeof code !== 'string') return;
    const codeSystem = terminology.codeSystem(system);
    if (codeSystem !== undefined && codeSystem.concepts.size > 0)
      adviseConcept(codeSystem, code, display, path, report);
    else if (terminology.valueSet(system) === undefined) adviseGrammar(system, code, path, report);
    else {
      const text = `\`system\` names a value set, ${system}. Write the url of the code system that \`${code}\` is from.`;
      report.advice('code-unknown', `${path}.system`, text);
    }
  },
});

function adviseConcept(
  codeSystem: CodeSystemConcepts,
  code: string,
  display: unknown,
  path: string,
  report: Report,
): void {
  const { url, concepts } = codeSystem;
  const concept = codeSystem.find(code);
  if (concept === undefined) {
    if (codeSystem.judge(code) !== 'no') return;
    const nearest = nearestName(code, concepts.keys().take(MOST_COMPARED));
    const hint = nearest === undefined ? 'Correct the code or the system.' : `Did you mean \`${nearest}\`?`;
    report.advice('code-unknown', path, `Code system ${url} has no code \`${code}\`. ${hint}`);
    return;
  }
  if (concept.inactive || concept.deprecated) {
    const state = concept.inactive ? 'is not in use any more' : 'is going out of use';
    report.advice('code-inactive', path, `\`${code}\` of code system ${url} ${state}. Take another one where you can.`);
  }
  if (typeof display === 'string' && !isDisplayOf(display, concept)) {
    const text = `The display of \`${code}\` in code system ${url} is "${concept.display}". Write that, or leave \`display\` out.`;
    report.advice('code-display', `${path}.display`, text);
  }
}

function adviseGrammar(system: string, code: string, path: string, report: Report): void {
  const grammar = grammarOf(system);
  if (grammar === undefined) {
    report.advice('code-not-judged', path, `The code was not judged: code system ${system} is not loaded here.`);
    return;
  }
  if (grammar.judge(code) !== 'no') return;
  const meant = system === UCUM ? likelyUcumUnit(code) : undefined;
  const hint = meant === undefined ? 'Correct the code.' : `Did you mean \`${meant}\`?`;
  report.advice('code-unknown', path, `\`${code}\` is no code of ${system}. ${hint}`);
}
