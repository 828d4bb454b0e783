import type { Deps, InteractionResult } from '../interactions/context.ts';
import { submit } from './submit.ts';

/** An operation on a resource type: `POST /{type}/${name}` with a body. */
export type Operation = (deps: Deps, request: { resourceType: string; body: Buffer }) => Promise<InteractionResult>;

/** Every operation that the code can do, by its code without the dollar sign. The capability file says where each is enabled. */
export const operations: ReadonlyMap<string, Operation> = new Map([['submit', submit]]);
