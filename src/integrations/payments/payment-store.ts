import { parseExact } from '../../fhir/exact-json.ts';
import { FhirError } from '../../fhir/fhir-error.ts';
import type { Resource } from '../../fhir/resource.ts';
import type { Deps, InteractionResult } from '../../interactions/context.ts';
import { create } from '../../interactions/create.ts';
import { versionToEtag } from '../../interactions/etag.ts';
import { untilUndisturbed } from '../../interactions/until-undisturbed.ts';
import { update } from '../../interactions/update.ts';

/** What a gateway reads and writes, by the same interactions as clients, so that it is validated and what follows from it happens. */
export interface PaymentStore {
  /** A resource with its numbers as they are written; undefined where there is none. */
  read<Type>(resourceType: string, id: string): Promise<Type | undefined>;
  /**
   * Stores what follows from what is stored under an id, unless that is undefined. Where another writer comes between, it is asked again.
   * @throws {FhirError} what is refused for its content
   */
  change<Type extends object>(
    resourceType: string,
    id: string,
    next: (current: Type | undefined) => Type | undefined,
  ): Promise<void>;
  /** Stores a new one; one with the same business identity and content is the first one. @throws {FhirError} 409 for other content */
  create(resource: object): Promise<InteractionResult>;
}

const bytesOf = (resource: object): Buffer => Buffer.from(JSON.stringify(resource));
const DISTURBED = 412;

/** A gateway's own view of the server. */
export const paymentStore = (deps: Deps): PaymentStore => {
  const stored = async <Type>(resourceType: string, id: string) => {
    const version = await deps.store.read({ resourceType, id });
    if (version === undefined || version.method === 'DELETE') return undefined;
    return { resource: parseExact(version.body) as Type, versionId: version.versionId };
  };
  return {
    read: async <Type>(resourceType: string, id: string) => (await stored<Type>(resourceType, id))?.resource,
    change: async <Type extends object>(
      resourceType: string,
      id: string,
      next: (current: Type | undefined) => Type | undefined,
    ) => {
      await untilUndisturbed(async () => {
        const current = await stored<Type>(resourceType, id);
        const resource = next(current?.resource);
        if (resource === undefined) return 'unchanged';
        const condition = current === undefined ? { ifNoneMatch: '*' } : { ifMatch: versionToEtag(current.versionId) };
        try {
          return await update(deps, { resourceType, id, body: bytesOf(resource), ...condition });
        } catch (error) {
          if (error instanceof FhirError && error.status === DISTURBED) return undefined;
          throw error;
        }
      });
    },
    create: resource => create(deps, { resourceType: (resource as Resource).resourceType, body: bytesOf(resource) }),
  };
};
