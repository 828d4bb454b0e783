import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { addMonths } from './fhir/calendar.ts';
import { dayOf, formatInstant } from './fhir/datetime.ts';
import { readPrefer } from './http/prefer.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import { createLease } from './integrations/connector/lease.ts';
import { createDhis2Client } from './integrations/dhis2/dhis2-client.ts';
import type { Deps } from './interactions/context.ts';
import { evaluateMeasure } from './operations/evaluate-measure.ts';
import { type RenderingOptions, renderedReports, reportsIn } from './reporting/rendered-reports.ts';
import type { CodeMap } from './reporting/report-values.ts';

/** No type of FHIR has such a name: no route leads to what was sent. */
const SENT_TYPE = 'kiungo-dhis2-sent';

const fileOf = <T>(setting: string, file: string, read: (text: string) => T): T => {
  try {
    return read(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${setting}: ${file}: ${(error as Error).message}`, { cause: error });
  }
};

const reportsFrom =
  (deps: Deps): RenderingOptions['reportsOf'] =>
  async (measure, start, end) => {
    const parameters = Object.entries({ measure, periodStart: start, periodEnd: end });
    const { body } = await evaluateMeasure.run(deps, {
      ...{ level: 'type', resourceType: 'Measure', parameters, body: Buffer.alloc(0), prefer: readPrefer(undefined) },
    });
    return reportsIn(body!);
  };

/**
 * Makes the question whether the reports of the month that is over are due, which sends them: once, by one of the processes on a store, in the
 * hour that it is asked; where DHIS2 does not take them, when it is asked again. Undefined where the operator has named no DHIS2.
 * @throws {Error} naming the setting whose file cannot be used
 */
export const createDhis2Schedule = (
  config: Config,
  deps: Deps,
  tellExchange: TellExchange,
): (() => Promise<void>) | undefined => {
  if (config.dhis2Url === '') return undefined;
  const { store, settings, now, newId } = deps;
  const password =
    config.dhis2PasswordFile === ''
      ? ''
      : fileOf('KIUNGO_DHIS2_PASSWORD_FILE', config.dhis2PasswordFile, text => text.trim());
  const codes: CodeMap =
    config.dhis2CodesFile === ''
      ? {}
      : fileOf('KIUNGO_DHIS2_CODES_FILE', config.dhis2CodesFile, text => JSON.parse(text) as CodeMap);
  const send = createDhis2Client({ url: config.dhis2Url, user: config.dhis2User, password });
  const lease = createLease(store, { peer: 'dhis2', term: store.isShared ? '' : newId(), now });
  const form = config.dhis2Form;

  const sendOne = async (message: string, body: string): Promise<boolean> => {
    const began = now();
    const told = { peer: 'dhis2', kind: 'dhis2', direction: 'sent', message } as const;
    const tell = (reason?: string): boolean => {
      const at = now();
      const how = { at, durationMs: at - began };
      tellExchange({
        ...{ ...told, ...how },
        ...(reason === undefined ? { outcome: 'delivered' } : { outcome: 'failed', reason }),
      });
      return reason === undefined;
    };
    try {
      const { isTaken, reasons } = await send(form, body);
      return isTaken ? tell() : tell(reasons.slice(0, 10).join('; ') || 'DHIS2 does not say why');
    } catch (error) {
      return tell(`DHIS2 cannot be reached: ${(error as Error).message}`);
    }
  };

  return async () => {
    const today = dayOf(now(), settings.timeZone);
    if (Number(today.slice(8)) < config.dhis2Day) return;
    const month = addMonths(`${today.slice(0, 7)}-01`, -1).slice(0, 7);
    const key = { resourceType: SENT_TYPE, id: month };
    if ((await store.read(key)) !== undefined || (await lease.hold()) === undefined) return;
    const exported = formatInstant(now());
    let isTaken = true;
    for await (const rendered of renderedReports(month, config.dhis2Months, {
      ...{ reportsOf: reportsFrom(deps), form, codes, exported },
    })) {
      for (const body of rendered.count === 0 ? [] : rendered.bodies) {
        isTaken = (await sendOne(`${rendered.dataSet} ${rendered.month}`, body)) && isTaken;
      }
    }
    if (!isTaken) return;
    const text = JSON.stringify({ month, exported });
    await store.commit({
      changes: [{ ...key, versionId: 1, lastUpdated: now(), method: 'POST', text, index: [] }],
    });
  };
};
