import type { Deps, InteractionResult, Prefer } from './context.ts';
import type { Criteria } from './criteria.ts';

/** An operation that an entry of a batch calls; where, its type and id tell. */
export interface EntryCall {
  method: string;
  /** Without the dollar sign. */
  code: string;
  /** Absent on the whole system. */
  resourceType?: string;
  id?: string;
  parameters: Criteria;
  /** Empty for a call without a body. */
  body: Buffer;
  prefer: Prefer;
}

/** What an entry of a batch may ask for beside interactions with resources: whoever reads requests carries it out. */
export interface BeyondInteractions {
  operate(deps: Deps, call: EntryCall): Promise<InteractionResult>;
  capabilities(deps: Deps): InteractionResult;
}
