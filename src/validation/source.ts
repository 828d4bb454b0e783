import type { FastCheck } from './plan.ts';

/** JavaScript in the making: lines, and the values from outside that they use by name. */
export interface Source {
  line(text: string): void;
  /** A name for a value that the code needs: a function, a set, a plan. */
  constant(value: unknown): string;
  /** A name that no other variable of the function has. */
  variable(): string;
  /** The function `(o, c, p) => boolean` (value, scope, place) whose body the lines are. */
  compile(): FastCheck;
}

/** An empty function body. Its text is made only of definitions' names, quoted, and of our own code. */
export function createSource(label: string): Source {
  const lines: string[] = [];
  const constants: unknown[] = [];
  const names = new Map<unknown, string>();
  let variables = 0;
  return {
    line: text => {
      lines.push(text);
    },
    constant: value => {
      let name = names.get(value);
      if (name === undefined) {
        name = `k${constants.length}`;
        names.set(value, name);
        constants.push(value);
      }
      return name;
    },
    variable: () => `v${variables++}`,
    compile: () => {
      const parameters = constants.map((_, index) => `k${index}`);
      // The name is for profiles and stack traces.
      const name = `check_${label.replace(/\W+/g, '_')}`;
      // In parentheses it is compiled at once; else it would be read twice, for it is called at once.
      const body = `'use strict';\nreturn (function ${name}(o, c, p) {\n${lines.join('\n')}\n});`;
      return new Function(...parameters, body)(...constants);
    },
  };
}
