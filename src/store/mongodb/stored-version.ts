import type { SequencedVersion } from '../store.ts';
import type { VersionDocument } from './documents.ts';

/** The fields that `versionOf` reads. */
export const STORED = { type: 1, id: 1, versionId: 1, updated: 1, method: 1, body: 1, bytes: 1 } as const;

/** A version as the store hands it out. */
export const versionOf = (document: VersionDocument): SequencedVersion => ({
  sequence: document._id,
  resourceType: document.type,
  id: document.id,
  versionId: document.versionId,
  lastUpdated: document.updated,
  method: document.method,
  body: document.body,
  bodyBytes: document.bytes,
});
