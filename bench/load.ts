import autocannon from 'autocannon';

/** One request of a workload. */
export interface LoadRequest {
  method: 'GET' | 'POST' | 'PUT';
  /** From the root of the server. */
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

/** An answer: its status, body and headers, as the server wrote their names. */
export interface LoadAnswer {
  status: number;
  body: string;
  headers: Record<string, string>;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** 99 of 100 requests were answered within it, as the client saw it. */
  p99Ms: number;
  /** Answers that were not 2xx, and connections that failed: a figure with any is worth nothing. */
  failures: number;
}

const CONNECTIONS = 64;

/** Sends requests over kept-alive connections for some seconds. `next` makes each request; `onAnswer` sees each answer. */
export const load = async (
  origin: string,
  seconds: number,
  next: () => LoadRequest,
  onAnswer?: (answer: LoadAnswer) => void,
  connections = CONNECTIONS,
): Promise<LoadResult> => {
  const result = await autocannon({
    url: origin,
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest: request => {
          const { headers, ...made } = next();
          return { ...request, ...made, headers: { 'content-type': 'application/fhir+json', ...headers } };
        },
        ...(onAnswer === undefined
          ? {}
          : {
              onResponse: (status, body, _context, headers) =>
                onAnswer({ status, body, headers: headers as Record<string, string> }),
            }),
      },
    ],
  });
  return {
    requests: result.requests.total,
    seconds: result.duration,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts,
  };
};
