import type { JsonObject } from '../fhir/resource.ts';
import { TOKEN_PATH } from './smart-configuration.ts';

const SERVICES = 'http://terminology.hl7.org/CodeSystem/restful-security-service';

type Authentication = 'smart' | 'oidc' | 'openhim';

const DESCRIPTIONS: Readonly<Record<Authentication, (baseUrl: string) => string>> = {
  smart: baseUrl =>
    `SMART Backend Services: registered clients get a token for five minutes at ${baseUrl}${TOKEN_PATH}, with an assertion that they sign; ` +
    `see ${baseUrl}/.well-known/smart-configuration.`,
  oidc: () => 'Bearer tokens of an OpenID issuer, of clients that are registered here.',
  openhim: () => 'Through OpenHIM, which names the client.',
};

/**
 * `CapabilityStatement.rest.security`: how clients prove who they are. R4's extension oauth-uris is not there: it must name an endpoint at which
 * people authorize clients, and there is none.
 * https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.security
 */
export const servedSecurity = (
  auth: readonly Authentication[],
  { baseUrl, cors, certificates }: { baseUrl: string; cors: boolean; certificates: boolean },
): JsonObject => {
  const codes = [
    ...(auth.includes('smart') ? ['SMART-on-FHIR'] : []),
    ...(auth.includes('oidc') ? ['OAuth'] : []),
    ...(certificates ? ['Certificates'] : []),
  ];
  const descriptions = auth.map(each => DESCRIPTIONS[each](baseUrl));
  if (certificates) descriptions.push('Certificates of clients that are registered with theirs.');
  return {
    cors,
    ...(codes.length === 0 ? {} : { service: codes.map(code => ({ coding: [{ system: SERVICES, code }] })) }),
    description: descriptions.join(' '),
  };
};
