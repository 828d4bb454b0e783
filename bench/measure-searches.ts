import type { MeasuredProcess } from './measured-process.ts';

/** A search that is timed. `of` makes its query of what is stored. */
interface Search {
  key: string;
  of(stored: Stored): string;
}

/** What a store has that can be asked for: one value of each, another one for each call. */
interface Stored {
  claim: { patient: string; provider: string; created: string };
  patient: { identifier: string; family: string; birthDate: string };
}

const DAY_MS = 86_400_000;
const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(date.slice(0, 10)) + days * DAY_MS).toISOString().slice(0, 10);

/** The eight searches that insurers' systems live on. */
const SEARCHES: readonly Search[] = [
  { key: 'patient_claims', of: ({ claim }) => `Claim?patient=${claim.patient}&_sort=-created` },
  {
    key: 'provider_claims',
    of: ({ claim: { provider, created } }) =>
      `Claim?provider=${provider}&created=ge${dayAfter(created, -15)}&created=le${dayAfter(created, 15)}&_sort=-created`,
  },
  { key: 'patient_by_identifier', of: ({ patient }) => `Patient?identifier=${patient.identifier}` },
  { key: 'patient_by_name', of: ({ patient }) => `Patient?family=${patient.family}&birthdate=${patient.birthDate}` },
  { key: 'coverage_in_force', of: ({ claim }) => `Coverage?beneficiary=${claim.patient}&status=active` },
  { key: 'claims_chained', of: ({ patient }) => `Claim?patient.identifier=${patient.identifier}` },
  { key: 'patients_has', of: ({ claim }) => `Patient?_has:Claim:patient:provider=${claim.provider}` },
  {
    key: 'claims_include',
    of: ({ claim }) => `Claim?patient=${claim.patient}&_include=Claim:patient&_include=Claim:provider`,
  },
];

/** Times that each is asked, with other values each time; the first ones are not counted. */
const TIMES = 200;
const WARM_UP = 20;
const SAMPLE = 500;

type Json = Record<string, unknown>;
const within = (value: unknown, ...path: (string | number)[]): string =>
  `${path.reduce<unknown>((at, step) => (at as Json | undefined)?.[step], value)}`;

const json = async (url: string): Promise<{ entry?: { resource: Json }[] }> => {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text.slice(0, 500)}`);
  return JSON.parse(text);
};

/** Reads values that are stored: of resources from both ends of the order of change. */
const readStored = async (base: string): Promise<(index: number) => Stored> => {
  const sample = async (type: string): Promise<Json[]> => {
    const bundles = await Promise.all(
      ['_lastUpdated', '-_lastUpdated'].map(sort => json(`${base}/${type}?_count=${SAMPLE}&_total=none&_sort=${sort}`)),
    );
    return bundles.flatMap(({ entry = [] }) => entry.map(({ resource }) => resource));
  };
  const [claims, patients] = [await sample('Claim'), await sample('Patient')];
  return index => {
    const claim = claims[(index * 7) % claims.length];
    const patient = patients[(index * 7) % patients.length];
    return {
      claim: {
        patient: within(claim, 'patient', 'reference'),
        provider: within(claim, 'provider', 'reference'),
        created: within(claim, 'created'),
      },
      patient: {
        identifier: encodeURIComponent(within(patient, 'identifier', 0, 'value')),
        family: encodeURIComponent(within(patient, 'name', 0, 'family')),
        birthDate: within(patient, 'birthDate'),
      },
    };
  };
};

const quantile = (sorted: readonly number[], part: number): number =>
  Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(2));

/**
 * Times each search on one connection, one after the other: `search_<key>_p50_ms` and `_p95_ms`, and the CPU time of the server.
 * @param suffix what tells the figures of one size of store from those of another
 */
export const measureSearches = async (
  { origin, usage }: Pick<MeasuredProcess, 'origin' | 'usage'>,
  suffix: string,
): Promise<Record<string, number>> => {
  const base = `${origin}/fhir`;
  const stored = await readStored(base);
  const figures: Record<string, number> = {};
  for (const { key, of } of SEARCHES) {
    const times: number[] = [];
    let before = await usage();
    for (let index = -WARM_UP; index < TIMES; index++) {
      if (index === 0) before = await usage();
      const begun = performance.now();
      await json(`${base}/${of(stored(index + WARM_UP))}`);
      if (index >= 0) times.push(performance.now() - begun);
    }
    const after = await usage();
    times.sort((a, b) => a - b);
    figures[`search_${key}_p50_ms${suffix}`] = quantile(times, 0.5);
    figures[`search_${key}_p95_ms${suffix}`] = quantile(times, 0.95);
    figures[`search_${key}_cpu_us${suffix}`] = Math.round((after.cpuMicroseconds - before.cpuMicroseconds) / TIMES);
  }
  return figures;
};
