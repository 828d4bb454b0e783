import { parseDateRange } from '../fhir/datetime.ts';
import { parseReference } from '../fhir/reference.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';
import { followNewest } from '../store/follow-newest.ts';
import type { SequencedVersion, Store } from '../store/store.ts';

/** Who asks for what, as far as consents speak of it. */
export interface AskedOfPatients {
  resourceType: string;
  /** Reference to the organization that would get it. */
  recipient: string | undefined;
  /** Code of what it is for. */
  purpose: string | undefined;
  /** Milliseconds since 1970 UTC. */
  now: number;
}

/** What patients have denied, as it is stored. */
export interface Consents {
  /** Reads what was stored since the last call; cheap when nothing was. */
  refresh(): Promise<void>;
  /** Ids of the patients who deny that. */
  deniedBy(asked: AskedOfPatients): readonly string[];
}

const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);

const codes = (value: Json | undefined): unknown[] => list(value).map(({ code }) => code);

/** What a provision is narrowed by that is not judged here. A denial counts without it, a permission does not count with it. */
const UNJUDGED = ['securityLabel', 'code', 'dataPeriod', 'data'];
/** Actions that are about what this server does: giving something out. */
const GIVING = ['access', 'disclose', 'use'];

const isOnType = (provision: JsonObject, resourceType: string): boolean => {
  const classes = list(provision.class);
  return (
    classes.length === 0 ||
    classes.some(({ system, code }) => system === 'http://hl7.org/fhir/resource-types' && code === resourceType)
  );
};

const isFor = ({ actor }: JsonObject, recipient: string | undefined): boolean => {
  const actors = list(actor);
  return (
    actors.length === 0 || actors.some(({ reference }) => isJsonObject(reference) && reference.reference === recipient)
  );
};

const isOfAction = ({ action }: JsonObject): boolean => {
  const named = list(action).flatMap(({ coding }) => codes(coding));
  return named.length === 0 || GIVING.some(code => named.includes(code));
};

const isOfPurpose = ({ purpose }: JsonObject, asked: string | undefined): boolean => {
  const named = codes(purpose);
  return named.length === 0 || named.includes(asked);
};

const isInPeriod = ({ period }: JsonObject, now: number): boolean => {
  if (!isJsonObject(period)) return true;
  const start = typeof period.start === 'string' ? parseDateRange(period.start)?.low : undefined;
  const end = typeof period.end === 'string' ? parseDateRange(period.end)?.high : undefined;
  return (start ?? Number.NEGATIVE_INFINITY) <= now && now < (end ?? Number.POSITIVE_INFINITY);
};

const isMeant = (provision: JsonObject, asked: AskedOfPatients): boolean =>
  isOnType(provision, asked.resourceType) &&
  isFor(provision, asked.recipient) &&
  isOfAction(provision) &&
  isOfPurpose(provision, asked.purpose) &&
  isInPeriod(provision, asked.now) &&
  !(provision.type === 'permit' && UNJUDGED.some(name => provision[name] !== undefined));

/**
 * What a provision says to that: the exceptions within it, as far as they are about it, go before it. Undefined where it says nothing.
 * https://hl7.org/fhir/R4/consent-definitions.html#Consent.provision
 */
export const decideProvision = (provision: JsonObject, asked: AskedOfPatients): 'deny' | 'permit' | undefined => {
  if (!isMeant(provision, asked)) return undefined;
  const own = provision.type === 'deny' || provision.type === 'permit' ? provision.type : undefined;
  const exceptions = list(provision.provision).map(each => decideProvision(each, asked));
  // Of exceptions that contradict each other, the denial counts.
  if (exceptions.includes('deny')) return 'deny';
  return exceptions.includes('permit') ? 'permit' : own;
};

interface Denial {
  patient: string;
  provision: JsonObject;
}

/** The denial in a consent that is in force; undefined where there is none. */
const denialOf = ({ method, body }: SequencedVersion): Denial | undefined => {
  // Few consents deny, and those that do not say so need not be read.
  if (method === 'DELETE' || !body.includes('deny')) return undefined;
  const { status, patient, provision } = JSON.parse(body) as Resource;
  if (status !== 'active' || !isJsonObject(patient) || !isJsonObject(provision)) return undefined;
  const target = typeof patient.reference === 'string' ? parseReference(patient.reference) : undefined;
  return target?.kind === 'local' && target.resourceType === 'Patient' ? { patient: target.id, provision } : undefined;
};

/** How long it is not looked again who denies what, though time may end or begin it. */
const STANDS_MS = 60_000;
/** Answers that are kept; beyond it, all are forgotten. */
const MOST_KNOWN = 5_000;

/** Follows the Consents of a store, whichever process stores them. */
export const createConsents = (store: Pick<Store, 'newest'>): Consents => {
  const denials = new Map<string, Denial>();
  const known = new Map<string, { until: number; patients: readonly string[] }>();
  const take = (versions: readonly SequencedVersion[]): void => {
    for (const version of versions) {
      const denial = denialOf(version);
      if (denial === undefined) denials.delete(version.id);
      else denials.set(version.id, denial);
    }
    known.clear();
  };
  return {
    refresh: followNewest(store, ['Consent'], take),
    deniedBy: asked => {
      if (denials.size === 0) return [];
      const { resourceType, recipient, purpose, now } = asked;
      const key = JSON.stringify([resourceType, recipient, purpose]);
      const before = known.get(key);
      if (before !== undefined && now < before.until) return before.patients;
      const patients = new Set<string>();
      for (const { patient, provision } of denials.values()) {
        if (decideProvision(provision, asked) === 'deny') patients.add(patient);
      }
      const found = [...patients];
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(key, { until: now + STANDS_MS, patients: found });
      return found;
    },
  };
};
