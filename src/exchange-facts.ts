import type { AuditFacts, Outcome } from './audit/audit-facts.ts';
import type { Exchange } from './integrations/connector/exchange.ts';

const OUTCOMES: Readonly<Record<Exchange['outcome'], Outcome>> = {
  ...{ delivered: 0, repeated: 0 },
  failed: 4,
  ...{ refused: 8, gone: 8 },
};

/** An exchange with another system as an event of the audit trail: with whom, which message by its number or key, and how it ended. */
export const exchangeFacts = ({ peer, direction, outcome, message, reason, isSetAside, at }: Exchange): AuditFacts => {
  const why = reason === undefined ? '' : `: ${reason}`;
  const note = `Message ${message} ${isSetAside ? 'set aside, ' : ''}${outcome}${why}`;
  return { at, deed: direction, outcome: isSetAside ? 8 : OUTCOMES[outcome], by: { peer }, note, patients: [] };
};
