import type { Claim, ClaimResponse, Coverage, Organization } from 'fhir/r4.js';
import type { Day } from '../../fhir/calendar.ts';
import { dayOf, parseDateRange } from '../../fhir/datetime.ts';
import { addDecimals, type Decimal, ZERO } from '../../fhir/decimal.ts';
import type { Resource } from '../../fhir/resource.ts';
import type { Found, Lookups } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { kiungoExtension } from '../kiungo-codes.ts';
import { planCode } from '../set-up/read-cover.ts';
import type { Language } from '../texts/say.ts';
import type { Distribution } from './plan-distribution.ts';
import { isCare, processedDay, type RelativeLine, relativeLines, statedCurrency, valueClaim } from './value-claim.ts';

/** What a run looks for in a page of answers. */
export interface RunSearch {
  distribution: Distribution;
  /** The codes of the product, by which coverages name it. */
  planCodes: readonly string[];
  timeZone: string;
}

/** A claim that a run is for, with the lines that it values. */
export interface RunClaim {
  response: ClaimResponse;
  lines: readonly RelativeLine[];
}

const unique = (names: readonly (string | undefined)[]): string[] => [
  ...new Set(names.filter(name => name !== undefined)),
];

/** The coverages that pay the waiting lines of a page, the claims with such lines, and their facilities. */
export const pageLookups = (page: readonly Resource[], found: Found): Lookups => {
  const waiting = (page as unknown as ClaimResponse[]).filter(response => relativeLines(response).length > 0);
  const coverages = unique(waiting.flatMap(relativeLines).map(({ coverage }) => coverage));
  const claims = unique(waiting.map(({ request }) => targetOf(request)));
  const providers = unique(((found.claims ?? []) as unknown as Claim[]).map(({ provider }) => targetOf(provider)));
  return {
    coverages: { references: coverages },
    claims: { references: claims },
    ...(found.claims === undefined ? {} : { facilities: { references: providers } }),
  };
};

const wasProcessed = (response: ClaimResponse, timeZone: string): Day | undefined => {
  const told = processedDay(response);
  if (told !== undefined) return told;
  const stamped = parseDateRange(response.meta?.lastUpdated ?? '', timeZone);
  return stamped && dayOf(stamped.low, timeZone);
};

/** The claims (`Claim/id`) of facilities that are paid by head, whatever they claim. */
const paidByHead = (found: Found): ReadonlySet<string> => {
  const facilities = new Set(
    ((found.facilities ?? []) as unknown as Organization[])
      .filter(({ extension = [] }) =>
        extension.some(({ url, valueBoolean }) => url === kiungoExtension('capitation') && valueBoolean === true),
      )
      .map(({ id }) => `Organization/${id}`),
  );
  const claims = (found.claims ?? []) as unknown as Claim[];
  return new Set(
    claims.filter(({ provider }) => facilities.has(targetOf(provider) ?? '')).map(({ id }) => `Claim/${id}`),
  );
};

/** The claims of a page that the run is for, but for facilities that are paid by head: processed in its period, with waiting lines that its product pays. */
export const claimsOfRun = (page: readonly Resource[], found: Found, search: RunSearch): RunClaim[] => {
  const { distribution, planCodes, timeZone } = search;
  const paying = new Set(
    ((found.coverages ?? []) as unknown as Coverage[])
      .filter(coverage => planCodes.includes(planCode(coverage) ?? ''))
      .map(({ id }) => `Coverage/${id}`),
  );
  const without = paidByHead(found);
  return (page as unknown as ClaimResponse[]).flatMap(response => {
    if (without.has(targetOf(response.request) ?? '')) return [];
    const lines = relativeLines(response).filter(
      ({ coverage }) => paying.has(coverage) && isCare(response, coverage, distribution.care),
    );
    const day = lines.length === 0 ? undefined : wasProcessed(response, timeZone);
    return day !== undefined && distribution.first <= day && day <= distribution.last ? [{ response, lines }] : [];
  });
};

/** The claim that is not in the currency of those before it, or states none; and the currency from here on. */
export const currencyOf = (
  claims: readonly RunClaim[],
  before: string | undefined,
): { currency: string | undefined; other?: ClaimResponse } => {
  const currency = before ?? (claims[0] && statedCurrency(claims[0].response));
  const other = claims.find(({ response }) => {
    const stated = statedCurrency(response);
    return stated === undefined || stated !== currency;
  });
  return other === undefined ? { currency } : { currency, other: other.response };
};

/** Sum of the nominal values that the run is for. */
export const nominalOf = (claims: readonly RunClaim[]): Decimal =>
  claims
    .flatMap(({ lines }) => lines)
    .map(({ nominal }) => nominal)
    .reduce(addDecimals, ZERO);

/** The answers to the claims as the run leaves them. */
export const valuedClaims = (
  claims: readonly RunClaim[],
  found: Found,
  valuing: { index: Decimal; run: string; language: Language },
): Resource[] => {
  const providers = new Map(
    ((found.claims ?? []) as unknown as Claim[]).map(({ id, provider }) => [`Claim/${id}`, targetOf(provider)]),
  );
  return claims.map(({ response, lines }) => {
    const facility = providers.get(targetOf(response.request) ?? '') ?? targetOf(response.requestor) ?? '';
    return valueClaim(response, lines, { ...valuing, facility }) as unknown as Resource;
  });
};
