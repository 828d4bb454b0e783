import type { AnyBulkWriteOperation } from 'mongodb';
import type { Collections } from './collections.ts';
import type { BatchWork, NameDocument, SettingDocument, VersionDocument } from './documents.ts';
import { isAllThere } from './errors.ts';

/**
 * Does what a batch says. All of it can be done again, by any process, at any time: what is inserted is never removed, and what is
 * changed is set to what only this batch sets it to, or what no later batch has set. Until the batch is marked as done nobody sees it.
 */
export async function applyWork(collections: Collections, work: BatchWork, batch: number): Promise<void> {
  const { version, name, setting, audit } = collections;
  if (work.versions.length > 0) {
    await unlessThere(version.insertMany(work.versions, { ordered: false }));
  }
  if (work.audit.length > 0) await unlessThere(audit.insertMany(work.audit, { ordered: false }));
  for (const { upTo } of work.forgotten) {
    await audit.deleteMany({ _id: { $lt: upTo } });
    await audit.updateOne({ _id: upTo }, { $set: { keys: [], text: '' } });
  }
  const changes: AnyBulkWriteOperation<VersionDocument>[] = [
    ...work.superseded.map(({ _id, until, ended }) => ({
      updateOne: { filter: { _id }, update: { $set: { until, ended, stale: until } } },
    })),
    ...work.reindexed.map(({ _id, terms, keys }) => ({
      updateOne: {
        filter: { _id, terms: { $exists: true }, indexed: { $lt: batch } },
        update: { $set: { terms, keys, indexed: batch } },
      },
    })),
    ...work.erased.map(({ name: of, before }) => ({
      updateMany: {
        filter: { name: of, _id: { $lt: before } },
        update: {
          $set: { method: 'DELETE' as const, body: '', bytes: 0, creates: true },
          $unset: { terms: 1 as const, keys: 1 as const, identities: 1 as const, stale: 1 as const },
        },
      },
    })),
  ];
  if (changes.length > 0) await version.bulkWrite(changes, { ordered: true });
  if (work.names.length > 0) {
    const from = Math.max(...work.names.map(each => each.from));
    const taken = work.names.map(
      ({ name: _id, until }): AnyBulkWriteOperation<NameDocument> => ({
        updateOne: { filter: { _id, batch: { $lt: batch } }, update: { $set: { until, batch } }, upsert: true },
      }),
    );
    await unlessThere(name.bulkWrite(taken, { ordered: false }));
    await name.deleteMany({ until: { $lt: from } });
  }
  if (work.states.length > 0) {
    const states = work.states.map(
      ({ type, state }): AnyBulkWriteOperation<SettingDocument> => ({
        updateOne: {
          filter: { _id: `${INDEX_STATE}${type}`, batch: { $lt: batch } },
          update: { $set: { value: state, batch } },
          upsert: true,
        },
      }),
    );
    await unlessThere(setting.bulkWrite(states, { ordered: false }));
  }
}

/** How the names of settings begin that hold the state of an index. */
export const INDEX_STATE = 'index-state ';

/** What is there already was done before. */
async function unlessThere(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!isAllThere(error)) throw error;
  }
}
