/** Codes of DCI 1.0 for what is refused as a whole. */
export type FaultCode =
  | 'err.request.bad'
  | 'err.request.unauthorized'
  | 'err.request.forbidden'
  | 'err.request.not_found'
  | 'err.sender_id.invalid'
  | 'err.sender_uri.invalid'
  | 'err.receiver_id.invalid'
  | 'err.signature.missing'
  | 'err.signature.invalid'
  | 'err.encryption.invalid'
  | 'err.service.unavailable';

const STATUSES: Partial<Readonly<Record<FaultCode, number>>> = {
  'err.request.unauthorized': 401,
  'err.sender_id.invalid': 401,
  'err.signature.missing': 401,
  'err.signature.invalid': 401,
  'err.request.forbidden': 403,
  'err.request.not_found': 404,
  'err.service.unavailable': 503,
};

/** A message that is refused as a whole. Its text is for whoever sent it, and holds no person's data. */
export class DciFault extends Error {
  readonly code: FaultCode;
  /** DCI's reason in the header, where the header is at fault: `rjct.action.invalid`. */
  readonly reason: string | undefined;

  constructor(code: FaultCode, message: string, reason?: string) {
    super(message);
    this.name = 'DciFault';
    this.code = code;
    this.reason = reason;
  }

  /** Of HTTP. */
  get status(): number {
    return STATUSES[this.code] ?? 400;
  }
}

/** A message whose header is at fault. */
export const headerFault = (reason: string, message: string): DciFault =>
  new DciFault('err.request.bad', message, `rjct.${reason}`);

/** One of the requests of a message is refused, with DCI's reason; the others are answered. The text is for whoever sent it. */
export class RequestFault extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.name = 'RequestFault';
    this.reason = `rjct.${reason}`;
  }
}
