import type { Patient, Task } from 'fhir/r4.js';
import { FhirError } from '../../fhir/fhir-error.ts';
import type { Resource } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import { versionToEtag } from '../../interactions/etag.ts';
import { processBundle } from '../../interactions/process-bundle.ts';
import { untilUndisturbed } from '../../interactions/until-undisturbed.ts';
import type { StoredVersion } from '../../store/store.ts';
import type { Form } from './form-settings.ts';
import type { Submission } from './read-submission.ts';
import { type Alike, registrationOf } from './registration.ts';
import { editTask, recordsOfTask, repairTask, taskIdOf, uuidOfTask, verificationTask } from './verification-task.ts';

/** What taking a submission needs. */
export interface TakeContext {
  deps: Deps;
  /** Who is known here and may be the person, those most like first. */
  match: (patient: Patient) => Promise<readonly Alike[]>;
}

/** What became of a submission: nothing was new, it was stored, or a Task has it because it cannot be, or was edited too late. */
export type Taken = 'unchanged' | 'created' | 'updated' | 'invalid' | 'edited';

const DISTURBED = 412;
const PREFER = { return: 'minimal', handling: 'strict', normalize: undefined } as const;

/** A resource as it is to be, over the version that was read, or its end. */
interface Write {
  reference: string;
  version: StoredVersion | undefined;
  resource?: Resource | Task;
}

const entryOf = ({ reference, version, resource }: Write): object => {
  const isThere = version !== undefined && version.method !== 'DELETE';
  const condition = isThere ? { ifMatch: versionToEtag(version.versionId) } : { ifNoneMatch: '*' };
  if (resource === undefined) return { request: { method: 'DELETE', url: reference, ...condition } };
  return { fullUrl: `urn:kobo:${reference}`, resource, request: { method: 'PUT', url: reference, ...condition } };
};

const store = async (deps: Deps, writes: readonly Write[]): Promise<void> => {
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry: writes.map(entryOf) };
  await processBundle(deps, { body: Buffer.from(JSON.stringify(bundle)), prefer: PREFER });
};

const versionOf = (deps: Deps, reference: string): Promise<StoredVersion | undefined> => {
  const [resourceType, id] = reference.split('/') as [string, string];
  return deps.store.read({ resourceType, id });
};

/** Whether a record was written since its Task was: all that is made of a submission has one time. */
const isLookedAt = async (deps: Deps, task: Task, { lastUpdated }: StoredVersion): Promise<boolean> => {
  if (task.status !== 'requested' && task.status !== 'on-hold') return true;
  const versions = await Promise.all(recordsOfTask(task).map(reference => versionOf(deps, reference)));
  return versions.some(version => version !== undefined && version.lastUpdated > lastUpdated);
};

const takeOnce = async (
  { deps, match }: TakeContext,
  form: Form,
  submission: Submission,
  told: Told,
): Promise<Taken | undefined> => {
  const { root, uuid } = submission;
  const reference = `Task/${taskIdOf(root)}`;
  const version = await versionOf(deps, reference);
  if (version?.method === 'DELETE') return 'unchanged';
  const task = version === undefined ? undefined : (JSON.parse(version.body) as Task);
  const isSame = task !== undefined && uuidOfTask(task) === uuid && task.status !== 'on-hold';
  if (isSame || (task !== undefined && told === 'as it was created')) return 'unchanged';
  if (task !== undefined && (await isLookedAt(deps, task, version!))) {
    if (uuidOfTask(task) === uuid) return 'unchanged';
    const edit = editTask(form.uid, submission, task.focus);
    const known = await versionOf(deps, `Task/${edit.id}`);
    if (known !== undefined) return 'unchanged';
    await store(deps, [{ reference: `Task/${edit.id}`, version: undefined, resource: edit }]);
    return 'edited';
  }
  const before = task === undefined ? [] : recordsOfTask(task);
  const registration = await registrationOf(form, submission, match);
  const resources = new Map(registration.resources.map(each => [`${each.resourceType}/${each.id}`, each]));
  const references = [...new Set([...resources.keys(), ...before])];
  const writes = await Promise.all(
    references.map(async each => ({
      ...{ reference: each, version: await versionOf(deps, each) },
      ...(resources.has(each) ? { resource: resources.get(each)! } : {}),
    })),
  );
  const verification = { reference, version, resource: verificationTask(form.uid, submission, registration) };
  try {
    await store(deps, [...writes, verification]);
    return task === undefined ? 'created' : 'updated';
  } catch (error) {
    if (!(error instanceof FhirError) || error.status >= 500 || error.status === DISTURBED) throw error;
    const repair = repairTask(form.uid, submission, { issues: error.issues, records: before });
    await store(deps, [{ reference, version, resource: repair }]);
    return 'invalid';
  }
};

/** KoboToolbox tells by itself how a submission was created, maybe hours later; asked, it tells how it is now. */
export type Told = 'as it was created' | 'as it is';

/**
 * Stores what a submission says, and a Task for whoever verifies it, at once and only once. What cannot be stored is kept in the Task, with the reasons. An
 * edit of what nobody has looked at is stored over it, any other is a Task of its own.
 * @throws {FhirError} 5xx where the server is at fault: to be told again
 */
export const takeSubmission = (context: TakeContext, form: Form, submission: Submission, told: Told): Promise<Taken> =>
  untilUndisturbed(async () => {
    try {
      return await takeOnce(context, form, submission, told);
    } catch (error) {
      if (error instanceof FhirError && error.status === DISTURBED) return undefined;
      throw error;
    }
  });
