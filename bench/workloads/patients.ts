import { benchPatient, PATIENTS } from '../claim-body.ts';
import type { Workload } from '../workload.ts';

const REGISTER = 'https://register.example';

const patientBody = (id: string, changed: object): string => JSON.stringify({ ...benchPatient(id), ...changed });

/** What a register does: changes, old versions, and entries that must not stand twice. */
export const patients: readonly Workload[] = [
  {
    key: 'put_patient',
    label: 'PUT Patient: a new version of a stored one',
    site: 'kiungo',
    start: ({ base, nextNumber }) => ({
      next: () => {
        const number = nextNumber();
        const id = `bench-${number % PATIENTS}`;
        const telecom = [{ system: 'phone', value: `+255 700 ${number}` }];
        return { method: 'PUT', path: `${base}/Patient/${id}`, body: patientBody(id, { telecom }) };
      },
    }),
  },
  {
    key: 'vread_patient',
    label: 'GET the first version of a Patient',
    site: 'kiungo',
    start: ({ base }) => {
      let count = 0;
      return { next: () => ({ method: 'GET', path: `${base}/Patient/bench-${count++ % PATIENTS}/_history/1` }) };
    },
  },
  {
    key: 'conditional_create',
    label: 'POST Patient with If-None-Exist, half are there',
    site: 'kiungo',
    start: ({ base, nextNumber }) => {
      let count = 0;
      let first = nextNumber();
      return {
        next: () => {
          // Each number comes twice in a row: once it is new, once it is found.
          if (count++ % 2 === 0) first = nextNumber();
          const value = `P-${first}`;
          const { identifier } = benchPatient('bench-0');
          return {
            method: 'POST',
            path: `${base}/Patient`,
            headers: { 'if-none-exist': `identifier=${REGISTER}|${value}` },
            body: patientBody('bench-0', { id: undefined, identifier: [...identifier, { system: REGISTER, value }] }),
          };
        },
      };
    },
  },
];
