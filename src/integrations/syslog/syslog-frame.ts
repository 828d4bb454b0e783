/** Who sends, as each message says it. */
export interface SyslogSender {
  /** Name of the machine. */
  host: string;
  processId: number;
}

/** One AuditEvent, ready to be sent. */
export interface SyslogEvent {
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** Number of its row. */
  sequence: number;
  /** Whether what it tells of went well. */
  isWell: boolean;
  /** As JSON. */
  body: string;
}

/** Security and authorization, where ATNA has audit messages; it went well: notice, else: warning. */
const FACILITY = 10 * 8;
const [WARNING, NOTICE] = [4, 5];

/** `sequenceId` counts from 1 to this, and then from 1 again. */
const MOST_SEQUENCE = 2 ** 31 - 1;

const BYTE_ORDER_MARK = '\uFEFF';

/** Printable ASCII alone, as names in the header are. */
const nameOf = (text: string): string => text.replaceAll(/[^!-~]/g, '-').slice(0, 255) || '-';

/**
 * An AuditEvent as a message of syslog, counted in bytes as it goes over TLS. `sequenceId` tells a message that comes again.
 * https://www.rfc-editor.org/rfc/rfc5424, https://www.rfc-editor.org/rfc/rfc5425#section-4.3
 */
export const syslogFrame = ({ at, sequence, isWell, body }: SyslogEvent, { host, processId }: SyslogSender): Buffer => {
  const priority = FACILITY + (isWell ? NOTICE : WARNING);
  const header = `<${priority}>1 ${new Date(at).toISOString()} ${nameOf(host)} kiungo ${processId} AuditEvent`;
  const meta = `[meta sequenceId="${((sequence - 1) % MOST_SEQUENCE) + 1}"]`;
  const message = Buffer.from(`${header} ${meta} ${BYTE_ORDER_MARK}${body}`);
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
};
