import { type Dhis2Outcome, judgeAnswer } from './dhis2-answer.ts';

/** The two forms in which DHIS2 takes data values. */
export type Dhis2Form = 'adx' | 'json';

/** Where DHIS2 is, and who sends. */
export interface Dhis2Address {
  /** Without a slash at its end. */
  url: string;
  user: string;
  password: string;
}

const LIMIT_MS = 300_000;

const QUERY = new URLSearchParams({
  importStrategy: 'CREATE_AND_UPDATE',
  dataElementIdScheme: 'code',
  orgUnitIdScheme: 'code',
  dataSetIdScheme: 'code',
  categoryOptionComboIdScheme: 'code',
  async: 'false',
});

/**
 * Makes the function that sends data values to DHIS2, by codes, and judges its answer. It throws what `fetch` throws where DHIS2 cannot be
 * reached.
 * https://docs.dhis2.org/en/develop/using-the-api/dhis-core-version-master/data.html
 */
export const createDhis2Client = ({ url, user, password }: Dhis2Address) => {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return async (form: Dhis2Form, body: string): Promise<Dhis2Outcome> => {
    const contentType = form === 'adx' ? 'application/adx+xml' : 'application/json';
    const answer = await fetch(`${url}/api/dataValueSets?${QUERY}`, {
      method: 'POST',
      headers: { 'content-type': contentType, accept: 'application/json', authorization },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    return judgeAnswer(answer.status, await answer.text());
  };
};
