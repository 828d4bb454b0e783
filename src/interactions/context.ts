import type { RequestAudit } from '../audit/request-audit.ts';
import type { CardKeys } from '../card/card-keys.ts';
import type { Capability } from '../definitions/capability.ts';
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import type { Issue } from '../fhir/issue.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { Resource } from '../fhir/resource.ts';
import type { ClaimMode, InsuranceRule } from '../insurance/insurance-rule.ts';
import type { Language } from '../insurance/texts/say.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import type { Access } from '../security/access.ts';
import type { Consents } from '../security/consents.ts';
import type { Limits } from '../security/limits.ts';
import type { Change, Store } from '../store/store.ts';
import type { Validator } from '../validation/create-validator.ts';
import type { HeldMemory } from './held-memory.ts';
import type { InTurn } from './in-turn.ts';
import type { IndexedParameters, ParametersByCode } from './indexed-parameters.ts';
import type { ReferenceEntries } from './reference-entries.ts';
import type { SetUpMemory } from './set-up-memory.ts';
import type { ValidationProcesses } from './validation-processes.ts';

/** The dialect whose forms a write rewrites before it validates, or none. */
export type Normalize = 'openimis' | 'off';

/** What the operator decides and interactions need to know. */
export interface Settings {
  /** Public base of the FHIR API without a slash at its end: `https://hie.example/fhir`. */
  baseUrl: string;
  /** IANA name; the scheme's days and dates without a zone are days there. */
  timeZone: string;
  /** ISO 4217 code of an amount that names none. */
  currency: string;
  /** Reference to the scheme's insurer. */
  insurer: string;
  /** What clerks are told in words that are stored. */
  language: Language;
  /** Who judges the claims of an insurer that does not say it itself. */
  claimMode: ClaimMode;
  /** Percent of claims of which feedback is asked, of insurers that do not say it themselves. */
  feedbackShare: number;
  /** Days until a complaint without haste is to be answered. */
  grievanceDays: number;
  /** Days before its last one on which the renewal of a policy is asked for; 0: never. */
  renewalDays: number;
  /** For writes of clients that do not say it themselves. */
  normalize: Normalize;
  /** What becomes of the deletion of a resource that others refer to. */
  deleteReferenced: 'refuse' | 'allow';
  /** Updates, patches and deletions of what is stored must have If-Match. */
  requireIfMatch: boolean;
  /** Figures of diagnoses that count fewer claims are left out of reports. */
  leastCell: number;
  maxDepth: number;
  /** Of a body that is stored as one resource, in bytes. */
  maxResourceBytes: number;
  /** Of a batch or transaction. */
  maxBundleEntries: number;
  /** Resources on a page of a search or history: where the client asks for none, and at most. */
  pageSize: number;
  maxPageSize: number;
  /** Resources that a page of a search brings along at most. */
  maxIncludes: number;
}

/** A resource as it is to be stored. */
export interface Prepared {
  parsed: ParsedResource;
  /** What is stored with it in the same unit; made for the time of the commit, in milliseconds since 1970 UTC. */
  changes(lastUpdated: number): readonly Change[];
}

/**
 * What is done with a resource of a type, valid and about to be stored under an id, that is no matter of insurance.
 * @throws {FhirError} where it cannot be stored
 */
export type Preparation = (deps: Deps, parsed: ParsedResource, id: string) => Promise<Prepared>;

/** All that interactions work with; made once, in `app.ts`. */
export interface Deps {
  definitions: GrowingDefinitions;
  /** Brings `definitions` up to what is stored at the moment of the call. */
  readDefinitions: () => Promise<void>;
  capability: Capability;
  validator: Validator;
  /** Judges what is too large to be judged between other requests. */
  validationProcesses: ValidationProcesses;
  extract: (resource: Resource) => IndexEntry[];
  /** What can be searched by now. */
  indexedParameters: IndexedParameters;
  /** How whoever refers to a resource is found. */
  references: ReferenceEntries;
  /** As far as whoever asks may see and change it. */
  store: Store;
  /** What whoever asks may do; absent where everybody may do everything. */
  access?: ClientAccess;
  /** The same without the bounds of `access`, for what the server itself asks; absent where there are none. See `serverOf`. */
  server?: Deps;
  /** What is told of whoever asks, or of the server itself; absent in a transaction, which is told of as a whole, and where nothing is. */
  audit?: RequestAudit | undefined;
  /** What patients have denied; absent where no Consents are stored. */
  consents?: Consents | undefined;
  /** What membership cards are signed with. */
  cardKeys: CardKeys;
  /** What was found of the scheme's set-up. */
  setUp: SetUpMemory;
  /** Absent in a transaction, which is judged as a whole. */
  inTurn?: InTurn | undefined;
  /** What claims of families are judged by; absent in a transaction, which sees more than is stored, and where other processes store too. */
  held?: HeldMemory | undefined;
  /** What the transaction is going to write, as `Type/id`; absent outside of one. */
  coming?: ReadonlySet<string>;
  /** Empty where the capability file switches insurance off. */
  insuranceRules: ReadonlyMap<string, InsuranceRule>;
  /** What is done with resources of a type before they are stored. */
  preparations: ReadonlyMap<string, Preparation>;
  /** Milliseconds since 1970 UTC; never runs backwards, over restarts too. */
  now: () => number;
  /** A new logical id; later ones sort after earlier ones. */
  newId: () => string;
  /** The same for what follows from a resource; an entry of a transaction has its own `newId`, which gives the id that was chosen for it. */
  newEffectId: () => string;
  /** Tells the operator, in the log, what has happened; never a person's data. */
  tell: (text: string, facts: Readonly<Record<string, string | number>>) => void;
  settings: Settings;
}

/** What a client may do, and the view of a store that it has. */
export interface ClientAccess extends Access {
  limits: Limits;
  /** Of the search parameters of a type, those that the client may use. */
  shownParameters(resourceType: string, parameters: ParametersByCode): ParametersByCode;
  visible(store: Store): Store;
}

/** What the server itself asks with, whoever it works for: what a decision rests on is not what a client may see. */
export const serverOf = (deps: Deps): Deps => deps.server ?? deps;

/** The same, told of as what one request does. */
export const toldBy = (deps: Deps, audit: RequestAudit): Deps =>
  deps.server === undefined ? { ...deps, audit } : { ...deps, audit, server: { ...deps.server, audit } };

/** The same on another store, seen as before by whoever asks. */
export const onStore = (deps: Deps, changed: Partial<Deps> & Pick<Deps, 'store'>): Deps =>
  deps.access === undefined
    ? { ...deps, ...changed }
    : { ...deps, ...changed, store: deps.access.visible(changed.store), server: { ...serverOf(deps), ...changed } };

/** What a client prefers. https://hl7.org/fhir/R4/http.html#ops */
export interface Prefer {
  return: 'minimal' | 'representation' | 'OperationOutcome';
  handling: 'strict' | 'lenient';
  /** What a write rewrites first; undefined where the client says nothing of it. Our own preference. */
  normalize: Normalize | undefined;
}

/** One version of a resource, as an interaction answers it. */
export interface VersionHead {
  resourceType: string;
  id: string;
  versionId: number;
  lastUpdated: number;
}

/** What an interaction answers, whoever asked: HTTP, a Bundle entry, a connector. */
export interface InteractionResult {
  status: 200 | 201 | 204 | 304;
  /** The version that was read or written; absent for Bundles and other derived bodies. */
  version?: VersionHead;
  /** JSON text of the resource; absent where there is none to show. */
  body?: string;
  /** Length of the body in UTF-8, where it is known. */
  bodyBytes?: number;
  /** Entity tag, quoted, of a body that is no version of a resource and that clients may keep. */
  etag?: string;
  /** Warnings and information about what was done, shown where an OperationOutcome is asked for. */
  issues?: readonly Issue[];
  /** R4's code of what was done, where the path does not tell. */
  interaction?: 'batch' | 'transaction';
  /** Number of changes that were made to the resource before it was written; absent where none were asked for. */
  normalized?: number;
}
