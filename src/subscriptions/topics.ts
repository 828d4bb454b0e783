/** A happening that can be subscribed to by its name, as a SubscriptionTopic of R5 says it. http://hl7.org/fhir/R5/subscriptiontopic.html */
export interface Topic {
  id: string;
  title: string;
  description: string;
  resourceType: string;
  /** Which interactions may be one. */
  interactions: readonly ('create' | 'update' | 'delete')[];
  /** A search that the resource must match from now on. */
  current?: string;
  /** A search that it must have matched before, if there was something before. */
  previous?: string;
  /** Search parameters that subscribers may filter by. */
  filters: readonly string[];
}

const CANONICAL = 'https://kiungo.example/fhir/SubscriptionTopic/';

export const TOPICS: readonly Topic[] = [
  {
    id: 'claim-adjudicated',
    title: 'A claim was adjudicated',
    description: 'The answer to a claim is complete: what is paid of it, or that nothing is, stands.',
    resourceType: 'ClaimResponse',
    interactions: ['create', 'update'],
    current: 'outcome=complete',
    previous: 'outcome:not=complete',
    filters: ['patient', 'insurer', 'requestor', 'request', 'use'],
  },
  {
    id: 'coverage-changed',
    title: 'A coverage has changed',
    description: 'A coverage was made, changed or deleted.',
    resourceType: 'Coverage',
    interactions: ['create', 'update', 'delete'],
    filters: ['beneficiary', 'patient', 'payor', 'policy-holder', 'status', 'type'],
  },
  {
    id: 'payment-notice-recorded',
    title: 'A payment was recorded',
    description: 'A payment notice was stored.',
    resourceType: 'PaymentNotice',
    interactions: ['create'],
    filters: ['provider', 'request', 'status', 'payment-status'],
  },
  {
    id: 'eligibility-answered',
    title: 'A question for eligibility was answered',
    description: 'There is an answer to a request for eligibility.',
    resourceType: 'CoverageEligibilityResponse',
    interactions: ['create'],
    filters: ['patient', 'insurer', 'requestor', 'request', 'outcome'],
  },
  {
    id: 'patient-merged',
    title: 'Two records of a patient became one',
    description: 'A patient is not active any more, because another record has taken its place.',
    resourceType: 'Patient',
    interactions: ['update'],
    current: 'active=false&link:missing=false',
    previous: 'link:missing=true',
    filters: ['link', 'organization', '_id'],
  },
];

/** The url that a Subscription has as its criteria. */
export const canonicalOf = ({ id }: Topic): string => CANONICAL + id;

/** The topic of a url. */
export const topicOf = (canonical: string): Topic | undefined => TOPICS.find(topic => canonicalOf(topic) === canonical);
