import { addDecimals, type Decimal, ZERO } from '../fhir/decimal.ts';

/** A number of one place, told apart by codes; what is told apart in the same way is added up. */
export interface Figure {
  /** What is counted or summed: `NB_CLAIM`. */
  dataElement: string;
  /** Whose number it is: reference of an Organization or a Location. */
  subject: string;
  /** By what it is told apart, in the order in which that is shown: `{ sex: 'F', ageGroup: 'P19Y-P25Y' }`. */
  components: Readonly<Record<string, string>>;
  /** Undefined for a sum of money. */
  count?: number;
  /** In the scheme's currency. */
  amount?: Decimal;
}

/** Adds figures up as they come; holds one for each way in which they are told apart, however many come. */
export interface Tally {
  add(figure: Figure): void;
  figures(): readonly Figure[];
}

/** An empty tally. */
export const createTally = (): Tally => {
  const totals = new Map<string, Figure>();
  return {
    add(figure) {
      const { dataElement, subject, components, count, amount } = figure;
      const key = JSON.stringify([dataElement, subject, components]);
      const total = totals.get(key);
      if (total === undefined) totals.set(key, { ...figure });
      else if (count !== undefined) total.count = (total.count ?? 0) + count;
      else total.amount = addDecimals(total.amount ?? ZERO, amount ?? ZERO);
    },
    figures: () => [...totals.values()],
  };
};
