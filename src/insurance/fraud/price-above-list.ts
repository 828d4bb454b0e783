import { compareDecimals, formatDecimal } from '../../fhir/decimal.ts';
import { listPrice } from '../adjudication/list-price.ts';
import type { FraudRule } from './fraud-signal.ts';

/** More is asked for one unit than the facility's price list, or the register, says. */
export const priceAboveList: FraudRule = ({ toJudge, day, paidAsAsked }) => {
  const { currency, minorUnits } = toJudge;
  const above = toJudge.lines.flatMap(({ code, price, sequence }) => {
    const listed = listPrice(toJudge, code, day);
    if (listed === undefined || paidAsAsked.has(sequence) || compareDecimals(price, listed) <= 0) return [];
    const [asked, due] = [price, listed].map(amount => `${formatDecimal(amount, minorUnits)} ${currency}`);
    return [`line ${sequence} asks ${asked} for one ${code}, the list says ${due}`];
  });
  if (above.length === 0) return undefined;
  return { rule: 'price-above-list', text: `On ${day} ${above.join('; ')}.`, details: [] };
};
