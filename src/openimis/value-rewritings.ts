import { isJsonObject } from '../fhir/resource.ts';
import type { Rewriting } from './rewriting.ts';
import { smallUuid } from './small-uuid.ts';

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
  ['gif', 'image/gif'],
  ['bmp', 'image/bmp'],
  ['webp', 'image/webp'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
]);

const DATE_AND_TIME = /^(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d/;

/** Single values that are written otherwise than R4 does. */
export const valueRewritings: readonly Rewriting[] = [
  {
    rule: 'normalized-currency',
    elements: ['Money.currency'],
    sent: '`$`',
    written: 'the currency of the scheme (`KIUNGO_CURRENCY`)',
    rewrite: (value, _place, { currency }) =>
      value === '$' ? { value: currency, said: `The currency \`$\` was written as \`${currency}\`.` } : undefined,
  },
  {
    rule: 'normalized-boolean',
    elements: ['boolean'],
    sent: 'the text `"true"` or `"false"`, in any capitals',
    written: '`true` or `false`',
    rewrite: value => {
      const boolean = typeof value === 'string' ? BOOLEANS.get(value.toLowerCase()) : undefined;
      return boolean === undefined
        ? undefined
        : { value: boolean, said: 'The boolean was sent as text, in quotes, and is written without them.' };
    },
  },
  {
    rule: 'normalized-date',
    elements: ['date'],
    sent: 'a date with a time of day',
    written: 'the date alone, as it stands in the text: nothing is moved to another time zone',
    rewrite: value => {
      const day = typeof value === 'string' ? DATE_AND_TIME.exec(value)?.[1] : undefined;
      return day === undefined ? undefined : { value: day, said: 'The time of day was left out of the date.' };
    },
  },
  {
    rule: 'normalized-media-type',
    elements: ['Attachment.contentType'],
    sent: `the suffix of a file: \`${[...MEDIA_TYPES.keys()].join('`, `')}\``,
    written: 'the media type (`image/jpeg` for `jpg`)',
    rewrite: value => {
      const suffix = typeof value === 'string' ? value.toLowerCase().replace(/^\./, '') : '';
      const type = MEDIA_TYPES.get(suffix);
      return type === undefined
        ? undefined
        : { value: type, said: `The media type was sent as a suffix and is written as ${type}.` };
    },
  },
  {
    rule: 'normalized-id',
    elements: ['id'],
    sent: 'a UUID in capitals as the id of the resource that is updated, in the path too',
    written: 'the UUID in small letters, unless a resource is stored under the one in capitals',
    rewrite: (value, { path, above }, { id }) => {
      const isOwn = path.endsWith('.id') && above?.above === undefined;
      if (!isOwn || id === undefined || value === id || typeof value !== 'string' || smallUuid(value) !== id) {
        return undefined;
      }
      return { value: id, said: 'The UUID was written in small letters.' };
    },
  },
  {
    rule: 'normalized-default',
    elements: ['Medication.amount'],
    sent: 'a numerator without denominator',
    written: 'a denominator of 1',
    rewrite: value =>
      isJsonObject(value) && value.numerator !== undefined && value.denominator === undefined
        ? {
            value: { ...value, denominator: { value: 1 } },
            said: 'The amount had no denominator, which R4 requires beside a numerator. A denominator of 1 was added.',
          }
        : undefined,
  },
];
