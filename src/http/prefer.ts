import type { Prefer } from '../interactions/context.ts';

const DEFAULT: Prefer = { return: 'representation', handling: 'strict', normalize: undefined };

/** Reads a Prefer header; what is not known in it is passed over, as RFC 7240 asks. */
export const readPrefer = (header: string | readonly string[] | undefined): Prefer => {
  if (header === undefined) return DEFAULT;
  const prefer = { ...DEFAULT };
  for (const preference of String(header).split(/[,;]/)) {
    const [name, value] = preference.trim().replaceAll('"', '').split('=');
    if (name === 'return' && (value === 'minimal' || value === 'representation' || value === 'OperationOutcome')) {
      prefer.return = value;
    }
    if (name === 'normalize' && (value === 'openimis' || value === 'off')) prefer.normalize = value;
    if (name === 'handling' && (value === 'strict' || value === 'lenient')) prefer.handling = value;
  }
  return prefer;
};
