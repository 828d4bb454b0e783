/** Currencies of ISO 4217 whose minor unit is not a hundredth. `Intl` knows other digits: those that people write, not these. */
const MINOR_UNITS: ReadonlyMap<string, number> = new Map([
  ...[
    'BIF',
    'CLP',
    'DJF',
    'GNF',
    'ISK',
    'JPY',
    'KMF',
    'KRW',
    'PYG',
    'RWF',
    'UGX',
    'UYI',
    'VND',
    'VUV',
    'XAF',
    'XOF',
    'XPF',
  ].map(code => [code, 0] as const),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map(code => [code, 3] as const),
  ...['CLF', 'UYW'].map(code => [code, 4] as const),
]);

/** Digits after the decimal point of a whole amount in the currency (ISO 4217 code): 2 for KES, 0 for UGX, 3 for TND. */
export const minorUnits = (currency: string): number => MINOR_UNITS.get(currency) ?? 2;
