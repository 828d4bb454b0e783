import { FhirError, type RequestRule } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import { type Deps, type Preparation, serverOf } from '../interactions/context.ts';
import type { Seal } from '../security/seal.ts';
import { CONTENTS, readSubscriptionForm, type SubscriptionForm } from './subscription-form.ts';
import { headersOf, maskHeaderLine, readHeaderLine, readSecrets, secretsChange } from './subscription-secrets.ts';
import { readTrigger } from './subscription-trigger.ts';
import { topicOf } from './topics.ts';

/** System of the tag that says which client a Subscription belongs to; roles bound it by that. */
export const CLIENT_TAG = 'https://kiungo.example/fhir/CodeSystem/client';

const FHIR_JSON = 'application/fhir+json';
const JSON_TYPES = new Set([FHIR_JSON, 'application/json']);
const MOST_HEADERS = 20;
/** The connection's own. */
const NOT_OURS =
  /^(host|content-length|content-type|transfer-encoding|connection|upgrade|te|trailer|expect|keep-alive|proxy-.*)$/i;

const issue = (expression: string, diagnostics: string): Issue => ({
  ...{ severity: 'error', code: 'invalid', rule: 'subscription-unusable' satisfies RequestRule },
  ...{ expression: `Subscription.${expression}`, diagnostics },
});

const criteriaIssues = (deps: Deps, form: SubscriptionForm): Issue[] => {
  try {
    readTrigger(deps, form);
    return [];
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return error.issues.map(({ diagnostics }) => issue('criteria', diagnostics));
  }
};

const channelIssues = (form: SubscriptionForm): Issue[] => {
  const { channelType, payload, content, criteria, headers } = form;
  const issues: Issue[] = [];
  if (channelType !== 'rest-hook') {
    issues.push(issue('channel.type', 'Notifications go to a rest-hook here: an address that takes POST requests.'));
  }
  if (payload !== undefined && !JSON_TYPES.has(payload)) {
    issues.push(issue('channel.payload', `The payload is ${FHIR_JSON}, or left out.`));
  }
  if (content !== undefined && !CONTENTS.some(known => known === content)) {
    issues.push(issue('channel.payload', `What is sent of a resource is one of ${CONTENTS.join(', ')}.`));
  }
  if (content !== undefined && topicOf(criteria) === undefined) {
    issues.push(issue('channel.payload', 'backport-payload-content is for Subscriptions to a topic. Leave it out.'));
  }
  if (headers.length > MOST_HEADERS) issues.push(issue('channel.header', `At most ${MOST_HEADERS} headers are sent.`));
  headers.forEach((line, index) => {
    const [name] = readHeaderLine(line) ?? [];
    if (name !== undefined && !NOT_OURS.test(name)) return;
    issues.push(
      issue(
        `channel.header[${index}]`,
        'A header is written like "Authorization: Bearer abc", and is none of the connection itself.',
      ),
    );
  });
  return issues;
};

/** What is wrong with a Subscription that a client sends. */
const subscriptionIssues = (
  deps: Deps,
  form: SubscriptionForm,
  endpointFault: (url: string) => string | undefined,
): Issue[] => {
  const { status, endpoint } = form;
  const issues = [...criteriaIssues(deps, form), ...channelIssues(form)];
  if (status === 'error') {
    issues.push(issue('status', 'Only the server sets this status. Send requested to have it try again, or off.'));
  }
  if (endpoint === undefined) issues.push(issue('channel.endpoint', 'Say where notifications are to be sent.'));
  const fault = endpoint === undefined ? undefined : endpointFault(endpoint);
  if (fault !== undefined) issues.push(issue('channel.endpoint', fault));
  return issues;
};

const tagsOf = (meta: JsonObject, clientId: string | undefined): JsonObject[] => {
  const tags = (Array.isArray(meta.tag) ? meta.tag : []).filter(isJsonObject);
  const others = tags.filter(({ system }) => system !== CLIENT_TAG);
  return clientId === undefined ? others : [...others, { system: CLIENT_TAG, code: clientId }];
};

/**
 * As it is stored: headers without their values, requested where the client says that it is active, and with the tag of the client that
 * it belongs to.
 */
const shown = (
  { exact }: ParsedResource,
  { headers, status }: SubscriptionForm,
  clientId: string | undefined,
): ParsedResource => {
  const { error: _, meta = {}, ...resource } = exact;
  const channel = isJsonObject(exact.channel) ? exact.channel : ({} as JsonObject);
  const { tag: _tag, ...rest } = meta as JsonObject;
  const tag = tagsOf(meta as JsonObject, clientId);
  const text = JSON.stringify({
    ...resource,
    ...(tag.length > 0 || Object.keys(rest).length > 0 ? { meta: tag.length > 0 ? { ...rest, tag } : rest } : {}),
    ...(status === 'active' && { status: 'requested' }),
    ...(headers.length > 0 && { channel: { ...channel, header: headers.map(maskHeaderLine) } }),
  });
  return parseStored(text);
};

/**
 * Makes what is done with a Subscription before it is stored: it is judged, its headers are sealed apart, and from a client it is
 * requested or off, since only the server makes it active.
 * @param options.endpointFault why nothing can be sent to an address, or undefined
 */
export const prepareSubscription =
  ({ seal, endpointFault }: { seal: Seal; endpointFault: (url: string) => string | undefined }): Preparation =>
  async (deps, parsed, id) => {
    const form = readSubscriptionForm(parsed.resource);
    const issues = subscriptionIssues(deps, form, endpointFault);
    if (issues.length > 0) throw new FhirError(422, issues);
    const { versionId: over, ...before } = await readSecrets(serverOf(deps).store, seal, id);
    const { origin } = new URL(form.endpoint!);
    // Who may change the address must not have what is secret sent there.
    const headers = headersOf(form.headers, (origin === before.origin ? before.headers : undefined) ?? {});
    const unknown = Object.keys(headers).find(name => headers[name] === undefined);
    if (unknown !== undefined) {
      throw new FhirError(422, [
        issue(
          'channel.header',
          `The value of ${unknown} is not known, or was given for another address. Send it again.`,
        ),
      ]);
    }
    const clientId = before.clientId ?? deps.access?.caller.clientId;
    const secrets = {
      ...(clientId !== undefined && { clientId }),
      origin,
      headers: headers as Record<string, string>,
    };
    return {
      parsed: shown(parsed, form, clientId),
      changes: lastUpdated => [secretsChange(seal, id, secrets, { over, lastUpdated })],
    };
  };
