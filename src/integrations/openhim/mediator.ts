/** A mediator as OpenHIM registers it. http://openhim.org/docs/dev-guide/mediators */
export interface Mediator {
  urn: string;
  version: string;
  name: string;
  description: string;
  endpoints: readonly object[];
  defaultChannelConfig: readonly object[];
  configDefs: readonly object[];
  config: Readonly<Record<string, unknown>>;
}

/** The name by which OpenHIM knows this server. */
export const MEDIATOR_URN = 'urn:mediator:kiungo';

/** What an operator can set in the console. */
export const PUBLIC_BASE_URL = 'publicBaseUrl';

/**
 * This server as a mediator, with a private channel that forwards the client's bearer token.
 * @param upstream scheme, host and port by which OpenHIM reaches this server
 * @param baseUrl public base of the FHIR API, which the console may change
 * @param version of this server: OpenHIM takes a changed registration only with a higher one
 */
export const describeMediator = ({
  upstream,
  baseUrl,
  version,
}: {
  upstream: string;
  baseUrl: string;
  version: string;
}): Mediator => {
  const { protocol, hostname, port } = new URL(upstream);
  const type = protocol === 'https:' ? 'https' : 'http';
  const endpoint = { name: 'Kiungo FHIR', host: hostname, port: Number(port || (type === 'https' ? 443 : 80)), type };
  return {
    urn: MEDIATOR_URN,
    version,
    name: 'Kiungo',
    description: 'FHIR R4 server for health insurance and social protection',
    endpoints: [{ ...endpoint, path: '/fhir' }],
    defaultChannelConfig: [
      {
        name: 'Kiungo FHIR',
        urlPattern: '^/fhir(/.*)?$',
        type: 'http',
        authType: 'private',
        allow: ['fhir-client'],
        methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
        rewriteUrls: false,
        routes: [{ ...endpoint, primary: true, forwardAuthHeader: true }],
      },
    ],
    configDefs: [
      {
        param: PUBLIC_BASE_URL,
        displayName: 'Public base URL',
        description: 'Base of the FHIR API as clients reach it through OpenHIM, like https://hie.example/fhir',
        type: 'string',
      },
    ],
    config: { [PUBLIC_BASE_URL]: baseUrl },
  };
};
