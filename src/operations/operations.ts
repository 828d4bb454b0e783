import { jsonSchema } from './json-schema.ts';
import type { Operation } from './operation.ts';
import { submit } from './submit.ts';

/** Every operation that the code can do, by its code. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [jsonSchema, submit].map(operation => [operation.code, operation]),
);
