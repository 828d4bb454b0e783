import type { Collection, Db } from 'mongodb';
import type {
  AuditDocument,
  BatchDocument,
  NameDocument,
  PartDocument,
  SettingDocument,
  VersionDocument,
} from './documents.ts';

/** The collections of a store. */
export interface Collections {
  version: Collection<VersionDocument>;
  batch: Collection<BatchDocument>;
  part: Collection<PartDocument>;
  name: Collection<NameDocument>;
  setting: Collection<SettingDocument>;
  audit: Collection<AuditDocument>;
}

export const collectionsOf = (database: Db): Collections => ({
  version: database.collection('version'),
  batch: database.collection('batch'),
  part: database.collection('part'),
  name: database.collection('name'),
  setting: database.collection('setting'),
  audit: database.collection('audit'),
});
