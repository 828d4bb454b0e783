import type { FastifyRequest } from 'fastify';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Deps } from '../interactions/context.ts';
import type { Answered, AuditRequest } from './audit-request.ts';
import type { Metrics } from './metrics.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request came, on the clock of `performance.now()`. */
    arrived: number;
  }
}

interface PathParams {
  type?: string;
  id?: string;
  operation?: string;
}

/** Operations on the system and on types share their paths with interactions. */
const isOperation = ({ type = '', id = '', operation }: PathParams): boolean =>
  operation !== undefined || id.startsWith('$') || type.startsWith('$');

/** Ids of clients need no escaping. */
const clientOf = ({ caller }: FastifyRequest): string => (caller === undefined ? '' : `"client":"${caller.clientId}",`);

/** Counts a request that is being answered, writes its one line in the log, and has it told of. */
export type RecordRequest = (request: FastifyRequest, status: number, result?: Answered) => void;

/**
 * Writes lines where the log goes, for a line that is ready: nothing in it needs the escaping that takes the logger an eighth of
 * the time of a whole read.
 */
const lineWriter = (log: Logger): ((line: string) => void) => {
  if (!log.isLevelEnabled('info')) return () => {};
  const stream = (log as unknown as Record<symbol, DestinationStream>)[pino.symbols.streamSym]!;
  return line => stream.write(line);
};

/**
 * Tells operators of every request: what it asked for, its type, status and time. Never a body, a path, a search value or
 * anything else that may name a person.
 */
export const createRecordRequest = (
  { capability, now }: Deps,
  metrics: Metrics,
  log: Logger,
  auditRequest: AuditRequest | undefined,
): RecordRequest => {
  const writeLine = lineWriter(log);
  const { info } = log.levels.values;
  return (request, status, result) => {
    const params = (request.params ?? {}) as PathParams;
    const { interaction: ofPath = 'none' } = request.routeOptions.config as { interaction?: string };
    const interaction = isOperation(params) ? 'operation' : (result?.interaction ?? ofPath);
    const asked = params.type;
    const type = asked !== undefined && capability.types.has(asked) ? asked : 'none';
    const ms = performance.now() - request.arrived;
    auditRequest?.(request, status, interaction, result);
    metrics.observe(interaction, type, status, ms / 1000);
    writeLine(
      `{"level":${info},"time":${now()},"requestId":"${request.id}",${clientOf(request)}"interaction":"${interaction}",` +
        `"type":"${type}","status":${status},"ms":${Math.round(ms * 100) / 100},"msg":"request"}\n`,
    );
  };
};
