import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Bundle, MeasureReport } from 'fhir/r4.js';
import { createClock } from './clock.ts';
import { addDays, addMonths } from './fhir/calendar.ts';
import { formatInstant } from './fhir/datetime.ts';
import { parseExact } from './fhir/exact-json.ts';
import { type Dhis2Outcome, judgeAnswer } from './integrations/dhis2/dhis2-answer.ts';
import { MEASURES } from './reporting/measures.ts';
import { renderAdx } from './reporting/render-adx.ts';
import { renderDataValueSet } from './reporting/render-data-value-sets.ts';
import type { CodeMap } from './reporting/report-values.ts';

const OPTIONS = {
  server: { type: 'string', default: 'http://127.0.0.1:8080/fhir' },
  'token-file': { type: 'string' },
  dhis2: { type: 'string' },
  user: { type: 'string', default: 'admin' },
  'password-file': { type: 'string' },
  month: { type: 'string' },
  months: { type: 'string', default: '1' },
  form: { type: 'string', default: 'adx' },
  codes: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const;

const LIMIT_MS = 300_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const orgUnitOf = ({ subject, reporter }: MeasureReport): string =>
  subject?.identifier?.value ?? (reporter ?? subject)?.reference?.split('/').at(-1) ?? '';

const secretOf = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : readFileSync(file, 'utf8').trim();

/**
 * Has a server make the reports of months and sends them to DHIS2, or prints them. The months before `--month` are sent again as often as
 * `--months` says: claims that came late change them, and DHIS2 takes values anew.
 * @returns the exit code: 0 where DHIS2 has taken everything
 * @throws {Error} with a text for the operator
 */
export const dhis2 = async (args: string[]): Promise<number> => {
  const { values: options } = parseArgs({ args, options: OPTIONS });
  const { month, form } = options;
  if (month === undefined || !/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new Error('Say which month: --month 2026-01.');
  if (form !== 'adx' && form !== 'json') throw new Error('--form must be adx or json.');
  const months = Number(options.months);
  if (!Number.isInteger(months) || months < 1 || months > 60)
    throw new Error('--months must be a number from 1 to 60.');
  const codes = (options.codes === undefined ? {} : JSON.parse(readFileSync(options.codes, 'utf8'))) as CodeMap;
  const token = secretOf(options['token-file']);

  const reportsOf = async (measure: string, first: string): Promise<MeasureReport[]> => {
    const query = new URLSearchParams({ measure, periodStart: first, periodEnd: addDays(addMonths(first, 1), -1) });
    const answer = await fetch(`${options.server}/Measure/$evaluate-measure?${query}`, {
      headers: {
        accept: 'application/fhir+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The server answered ${answer.status}: ${text}`);
    const { entry = [] } = parseExact(text) as Bundle;
    return entry.map(({ resource }) => resource as MeasureReport);
  };

  const send = async (body: string): Promise<Dhis2Outcome> => {
    const isAdx = form === 'adx';
    const query = new URLSearchParams({
      importStrategy: 'CREATE_AND_UPDATE',
      dataElementIdScheme: 'code',
      orgUnitIdScheme: 'code',
      dataSetIdScheme: 'code',
      categoryOptionComboIdScheme: 'code',
      async: 'false',
    });
    const credentials = Buffer.from(`${options.user}:${secretOf(options['password-file']) ?? ''}`).toString('base64');
    const answer = await fetch(`${options.dhis2}/api/dataValueSets?${query}`, {
      method: 'POST',
      headers: {
        'content-type': isAdx ? 'application/adx+xml' : 'application/json',
        accept: 'application/json',
        authorization: `Basic ${credentials}`,
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    return judgeAnswer(answer.status, await answer.text());
  };

  const now = createClock(0);
  let failures = 0;
  for (let back = months - 1; back >= 0; back--) {
    const first = addMonths(`${month}-01`, -back);
    for (const { url, dataSet } of MEASURES) {
      const reports = await reportsOf(url, first);
      const rendered = { exported: formatInstant(now()), codes, orgUnitOf };
      const bodies =
        form === 'adx'
          ? [renderAdx(reports, rendered)]
          : reports.map(report => JSON.stringify(renderDataValueSet(report, rendered)));
      if (options['dry-run'] || options.dhis2 === undefined) {
        for (const body of bodies) say(body);
        continue;
      }
      for (const body of reports.length === 0 ? [] : bodies) {
        const { isTaken, imported, updated, ignored, reasons } = await send(body);
        if (!isTaken) failures++;
        const told = `${imported} imported, ${updated} updated, ${ignored} unchanged or ignored`;
        say(`${first.slice(0, 7)} ${dataSet}: ${isTaken ? 'taken' : 'REFUSED'}, ${told}`);
        for (const reason of reasons) say(`  ${reason}`);
      }
    }
  }
  return failures === 0 ? 0 : 1;
};
