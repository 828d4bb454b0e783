import { type Day, daysBetween } from '../../fhir/calendar.ts';
import { say } from '../texts/say.ts';
import { isAdult, isStay, isWithin } from './claim-days.ts';
import type { AskedLine, ClaimToJudge } from './claim-to-judge.ts';
import type { RejectionReason } from './rejection-reason.ts';
import type { CatalogEntry, PriceEntry } from './scheme.ts';
import { needed } from './set-up-missing.ts';

/** What one line is checked by: the entry of the register is there where the code is known. */
export interface LineToCheck {
  claim: ClaimToJudge;
  line: AskedLine;
  entry: CatalogEntry;
  target: Day;
}

/** One check of a line by itself: the reason to refuse it, and whether it holds. */
export interface LineCheck {
  reason: RejectionReason;
  refuses(line: LineToCheck): boolean;
}

const validity = ({ validFrom, validTo }: CatalogEntry | PriceEntry) => ({
  ...(validFrom === undefined ? {} : { effective: validFrom }),
  ...(validTo === undefined ? {} : { expiry: validTo }),
});

/** The entry of the facility's price list that holds on the day. */
export const priceEntry = (claim: Pick<ClaimToJudge, 'facility'>, code: string, day: Day): PriceEntry | undefined =>
  claim.facility.prices.get(code)?.find(entry => isWithin(day, validity(entry)));

const MAN = 1;
const WOMAN = 2;
const ADULT = 4;
const CHILD = 8;
const EVERYBODY = MAN | WOMAN | ADULT | CHILD;

const register: LineCheck = {
  reason: '1',
  refuses: ({ entry, target }) => !isWithin(target, validity(entry)),
};

const priceList: LineCheck = {
  reason: '2',
  refuses: ({ claim, line, target }) => priceEntry(claim, line.code, target) === undefined,
};

const careType: LineCheck = {
  reason: '10',
  refuses: ({ claim, entry }) => {
    const facility = claim.facility.careType;
    return (
      (facility === 'O' && (isStay(claim) || entry.careType === 'I')) || (facility === 'I' && entry.careType === 'O')
    );
  },
};

const patient: LineCheck = {
  reason: '4',
  refuses: ({ claim: { insuree }, entry: { patients }, target }) => {
    if (patients === 0 || patients === EVERYBODY) return false;
    let lacks = false;
    if ((patients & (MAN | WOMAN)) !== (MAN | WOMAN)) {
      const sex = needed(insuree.sex, say('needs-gender')) === 'man' ? MAN : WOMAN;
      lacks ||= (patients & sex) === 0;
    }
    if ((patients & (ADULT | CHILD)) !== (ADULT | CHILD)) {
      lacks ||= (patients & (isAdult(insuree, target) ? ADULT : CHILD)) === 0;
    }
    return lacks;
  },
};

const frequency: LineCheck = {
  reason: '5',
  refuses: ({ claim, line, entry, target }) =>
    entry.frequency > 0 &&
    claim.earlier.some(
      other =>
        Math.abs(daysBetween(target, other.target)) < entry.frequency &&
        other.lines.some(({ code }) => code === line.code),
    ),
};

/** Checks of a line by itself in openIMIS' order, which is not the same for items and for services: the first that refuses counts. */
export const LINE_CHECKS: Readonly<Record<CatalogEntry['kind'], readonly LineCheck[]>> = {
  item: [register, priceList, careType, patient, frequency],
  service: [register, priceList, careType, frequency, patient],
};
