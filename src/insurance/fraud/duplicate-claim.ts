import type { FraudRule } from './fraud-signal.ts';

/** The same service or drug for the same patient on the same day at another facility. */
export const duplicateClaim: FraudRule = ({ toJudge, day, provider, others }) => {
  const own = new Set(toJudge.lines.map(({ code }) => code));
  const same = others
    .filter(other => other.day === day && other.provider !== provider)
    .map(other => ({ ...other, codes: [...new Set(other.codes)].filter(code => own.has(code)) }))
    .filter(({ codes }) => codes.length > 0);
  if (same.length === 0) return undefined;
  const told = same.map(({ codes, provider: at, reference }) => `${codes.join(', ')} at ${at} (${reference})`);
  return {
    rule: 'duplicate-claim',
    text: `What was claimed for ${day} was claimed for the same patient and day elsewhere too: ${told.join('; ')}.`,
    details: same.map(({ reference }) => reference),
  };
};
