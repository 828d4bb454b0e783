import { lookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** A request that the server itself makes. */
export interface OutgoingRequest {
  url: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** From its begin to the last byte of the answer; 10 seconds where nothing is said. */
  timeoutMs?: number;
  /** Of the answer; 1 MiB where nothing is said. */
  maxBytes?: number;
}

/** What came back, whatever its status; redirections are not followed. */
export interface OutgoingAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Makes requests to others, within bounds. Rejects with `OutgoingError`. */
export type Outgoing = (request: OutgoingRequest) => Promise<OutgoingAnswer>;

/**
 * A request of the server's own was not made (`refused`: it would lead where it must not) or not answered (`failed`). The message is
 * for the operator and names the host only, for URLs can hold secrets.
 */
export class OutgoingError extends Error {
  readonly kind: 'refused' | 'failed';

  constructor(kind: 'refused' | 'failed', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutgoingError';
    this.kind = kind;
  }
}

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 1024 * 1024;

/** Addresses of this machine, of networks within a site, and of no single host. https://www.iana.org/assignments/iana-ipv4-special-registry */
const INTERNAL = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  INTERNAL.addSubnet(address, prefix, 'ipv4');
}
/** Of IPv6 only what is given out to hosts of the Internet is left, without what carries an address of IPv4 inside. */
const PUBLIC_V6 = new BlockList();
PUBLIC_V6.addSubnet('2000::', 3, 'ipv6');
const EMBEDDING_V6 = new BlockList();
for (const [address, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  EMBEDDING_V6.addSubnet(address, prefix, 'ipv6');
}

/** Whether an address is one that everybody on the Internet can reach. */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return !INTERNAL.check(address, 'ipv4');
  return family === 6 && PUBLIC_V6.check(address, 'ipv6') && !EMBEDDING_V6.check(address, 'ipv6');
};

/** Looks a name up and gives only addresses that everybody can reach; the connection is made to what was judged here. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0);
    const allowed = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = allowed;
    if (first === undefined) {
      return callback(new OutgoingError('refused', `${hostname} is on a network that is not public`), '', 0);
    }
    if (options.all) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};

const bracketless = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

const receive = (response: IncomingMessage, most: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > most) response.destroy(new Error(`more than ${most} bytes`));
      else chunks.push(chunk);
    });
    response.on('end', () => resolve(Buffer.concat(chunks)));
    response.on('error', reject);
  });

const isTrusted = (trusted: readonly string[], { hostname, host }: URL): boolean =>
  trusted.includes(hostname) || trusted.includes(host);

/**
 * Makes the function that says why no request is made to a URL, as far as the URL itself tells, or undefined where one is. What its name
 * leads to is judged when it is looked up.
 */
export const createRefusal =
  (trusted: readonly string[]) =>
  (url: string): string | undefined => {
    if (!URL.canParse(url)) return 'This is no URL';
    const target = new URL(url);
    const { protocol, host, username, password } = target;
    const isOwn = isTrusted(trusted, target);
    const mayUse = protocol === 'https:' || (protocol === 'http:' && isOwn);
    if (!mayUse) return `${host} is not asked without TLS (https)`;
    if (username !== '' || password !== '') return `The URL of ${host} has a password in it`;
    const literal = bracketless(target.hostname);
    if (!isOwn && isIP(literal) !== 0 && !isPublicAddress(literal)) return `${host} is on a network that is not public`;
    return undefined;
  };

/**
 * Makes the function that all requests go through that the server makes to addresses that others have given: https only, to public
 * addresses only, no redirections, bounded in time and size. `trusted` are hosts (`host` or `host:port`) of the site's own, which may be
 * on its network and without TLS.
 */
export const createOutgoing = (trusted: readonly string[]): Outgoing => {
  const refusalOf = createRefusal(trusted);
  return async ({ url, method = 'GET', headers = {}, body, timeoutMs = TIMEOUT_MS, maxBytes = MOST_BYTES }) => {
    const refusal = refusalOf(url);
    if (refusal !== undefined) throw new OutgoingError('refused', refusal);
    const target = new URL(url);
    const isOwn = isTrusted(trusted, target);
    const name = target.host;
    const signal = AbortSignal.timeout(timeoutMs);
    const options: RequestOptions = { method, headers, agent: false, signal };
    if (!isOwn) options.lookup = publicLookup;
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        send(target, options, resolve).on('error', reject).end(body);
      });
      return { status: response.statusCode ?? 0, headers: response.headers, body: await receive(response, maxBytes) };
    } catch (error) {
      if (error instanceof OutgoingError) throw error;
      const { message, code } = error as NodeJS.ErrnoException;
      const reason = signal.aborted ? `no answer in ${timeoutMs} ms` : (code ?? message);
      throw new OutgoingError('failed', `${name}: ${reason}`, { cause: error });
    }
  };
};

/** Fetches a JSON document. Rejects with `OutgoingError` for any other answer than 200 with JSON. */
export const fetchJson = async (outgoing: Outgoing, request: OutgoingRequest): Promise<unknown> => {
  const headers = { accept: 'application/json', ...request.headers };
  const { status, body } = await outgoing({ ...request, headers });
  const { host } = new URL(request.url);
  if (status !== 200) throw new OutgoingError('failed', `${host}: status ${status}`);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new OutgoingError('failed', `${host}: the answer is no JSON`, { cause: error });
  }
};
