import type { SearchParameter } from '../definitions/definitions.ts';
import type { Deps } from './context.ts';
import { enabledType } from './enabled-type.ts';

/** What `parseSearch` needs to know of this server to read a search on a type. */
export const searchSettings = (
  deps: Deps,
  resourceType: string,
): {
  resourceType: string;
  known: ReadonlyMap<string, SearchParameter>;
  baseUrl: string;
  timeZone: string;
  now: number;
  defaultCount: number;
  maxCount: number;
} => ({
  resourceType,
  known: enabledType(deps, resourceType).searchParameters,
  baseUrl: deps.settings.baseUrl,
  timeZone: deps.settings.timeZone,
  now: deps.now(),
  defaultCount: deps.settings.pageSize,
  maxCount: deps.settings.maxPageSize,
});
