import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createClock } from './clock.ts';
import { formatInstant } from './fhir/datetime.ts';
import { createDhis2Client } from './integrations/dhis2/dhis2-client.ts';
import { type RenderingOptions, renderedReports, reportsIn } from './reporting/rendered-reports.ts';
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

const secretOf = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : readFileSync(file, 'utf8').trim();

/** Asks a server for reports. */
const reportsFrom =
  (server: string, token: string | undefined): RenderingOptions['reportsOf'] =>
  async (measure, periodStart, periodEnd) => {
    const query = new URLSearchParams({ measure, periodStart, periodEnd });
    const answer = await fetch(`${server}/Measure/$evaluate-measure?${query}`, {
      headers: {
        accept: 'application/fhir+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The server answered ${answer.status}: ${text}`);
    return reportsIn(text);
  };

/**
 * Has a server make the reports of months and sends them to DHIS2, or prints them. The months before `--month` are sent again as often as
 * `--months` says: claims that came late change them, and DHIS2 takes values anew.
 * @returns the exit code: 0 where DHIS2 has taken everything
 * @throws {Error} with a text for the operator
 */
export const dhis2 = async (args: string[]): Promise<number> => {
  const { values: options } = parseArgs({ args, options: OPTIONS });
  const { month, form, dhis2: url, user } = options;
  if (month === undefined || !/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new Error('Say which month: --month 2026-01.');
  if (form !== 'adx' && form !== 'json') throw new Error('--form must be adx or json.');
  const months = Number(options.months);
  if (!Number.isInteger(months) || months < 1 || months > 60)
    throw new Error('--months must be a number from 1 to 60.');
  const codes = (options.codes === undefined ? {} : JSON.parse(readFileSync(options.codes, 'utf8'))) as CodeMap;
  const reportsOf = reportsFrom(options.server, secretOf(options['token-file']));
  const send =
    options['dry-run'] || url === undefined
      ? undefined
      : createDhis2Client({ url, user, password: secretOf(options['password-file']) ?? '' });
  let failures = 0;
  const exported = formatInstant(createClock(0)());
  for await (const rendered of renderedReports(month, months, { reportsOf, form, codes, exported })) {
    if (send === undefined) {
      for (const body of rendered.bodies) say(body);
      continue;
    }
    for (const body of rendered.count === 0 ? [] : rendered.bodies) {
      const { isTaken, imported, updated, ignored, reasons } = await send(form, body);
      if (!isTaken) failures++;
      const told = `${imported} imported, ${updated} updated, ${ignored} unchanged or ignored`;
      say(`${rendered.month} ${rendered.dataSet}: ${isTaken ? 'taken' : 'REFUSED'}, ${told}`);
      for (const reason of reasons) say(`  ${reason}`);
    }
  }
  return failures === 0 ? 0 : 1;
};
