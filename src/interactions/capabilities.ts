import type { Deps, InteractionResult } from './context.ts';

/**
 * What this server can do as it runs now.
 * https://hl7.org/fhir/R4/http.html#capabilities
 */
export const capabilities = (deps: Deps, software: { version: string; started: number }): InteractionResult => ({
  status: 200,
  body: JSON.stringify(
    deps.capability.statement({
      baseUrl: deps.settings.baseUrl,
      version: software.version,
      date: software.started,
      search: deps.indexedParameters.served,
    }),
  ),
});
