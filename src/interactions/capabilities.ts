import type { JsonObject } from '../fhir/resource.ts';
import type { Deps, InteractionResult } from './context.ts';

/** What runs here. */
export interface Software {
  version: string;
  /** Milliseconds since 1970 UTC. */
  started: number;
  /** `rest.security` of the CapabilityStatement, where clients must prove who they are. */
  security?: (() => JsonObject) | undefined;
}

/**
 * What this server can do as it runs now.
 * https://hl7.org/fhir/R4/http.html#capabilities
 */
export const capabilities = (deps: Deps, software: Software): InteractionResult => ({
  status: 200,
  body: JSON.stringify(
    deps.capability.statement({
      baseUrl: deps.settings.baseUrl,
      version: software.version,
      date: software.started,
      search: deps.indexedParameters.served,
      security: software.security?.(),
    }),
  ),
});
