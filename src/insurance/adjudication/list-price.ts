import type { Day } from '../../fhir/calendar.ts';
import { compareDecimals, type Decimal, ZERO } from '../../fhir/decimal.ts';
import type { ClaimToJudge } from './claim-to-judge.ts';
import { priceEntry } from './line-checks.ts';

/** The price of one unit on a day: of the facility's list where that has one, or of the register; undefined where neither has. */
export const listPrice = (
  claim: Pick<ClaimToJudge, 'facility' | 'catalog'>,
  code: string,
  day: Day,
): Decimal | undefined => {
  const listed = priceEntry(claim, code, day)?.price;
  return listed !== undefined && compareDecimals(listed, ZERO) > 0 ? listed : claim.catalog.get(code)?.price;
};
