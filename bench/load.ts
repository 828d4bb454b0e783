import autocannon from 'autocannon';

/** One request of a workload; `index` counts from 0 over the whole run of the bench. */
export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** Answers that were not 2xx, and connections that failed: a figure with any is worth nothing. */
  failures: number;
}

const CONNECTIONS = 64;

/** Sends requests over kept-alive connections for some seconds. `next` makes each request; `onBody` sees each answer. */
export const load = async (
  origin: string,
  seconds: number,
  next: () => LoadRequest,
  onBody?: (body: string, headers: Record<string, string>) => void,
  connections = CONNECTIONS,
): Promise<LoadResult> => {
  const result = await autocannon({
    url: origin,
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest: request => ({ ...request, ...next(), headers: { 'content-type': 'application/fhir+json' } }),
        ...(onBody === undefined
          ? {}
          : { onResponse: (_status, body, _context, headers) => onBody(body, headers as Record<string, string>) }),
      },
    ],
  });
  return {
    requests: result.requests.total,
    seconds: result.duration,
    failures: result.non2xx + result.errors + result.timeouts,
  };
};
