import { medications, priceLists, prices, services } from './catalog.ts';
import { claims } from './claims.ts';
import type { Generated } from './elements.ts';
import { healthcareServices, organizations, practitionerRoles, practitioners } from './facilities.ts';
import { groups, patients } from './families.ts';
import { places } from './places.ts';
import type { SchemePlan } from './plan.ts';
import { contracts, coverages } from './policies.ts';
import { products } from './products.ts';

/** Resources of one type. */
export interface SchemeFile {
  resourceType: string;
  resources: Iterable<Generated>;
}

/** A whole scheme, made while it is read: type by type, each after those that it refers to. */
export function* schemeFiles(plan: SchemePlan): Generator<SchemeFile> {
  yield { resourceType: 'Location', resources: places(plan) };
  yield { resourceType: 'Medication', resources: medications() };
  yield { resourceType: 'ActivityDefinition', resources: services() };
  yield { resourceType: 'ChargeItemDefinition', resources: prices() };
  yield { resourceType: 'List', resources: priceLists() };
  yield { resourceType: 'Organization', resources: organizations(plan) };
  yield { resourceType: 'HealthcareService', resources: healthcareServices(plan) };
  yield { resourceType: 'Practitioner', resources: practitioners(plan) };
  yield { resourceType: 'PractitionerRole', resources: practitionerRoles(plan) };
  yield { resourceType: 'InsurancePlan', resources: products() };
  yield { resourceType: 'Patient', resources: patients(plan) };
  yield { resourceType: 'Group', resources: groups(plan) };
  yield { resourceType: 'Contract', resources: contracts(plan) };
  yield { resourceType: 'Coverage', resources: coverages(plan) };
  yield { resourceType: 'Claim', resources: claims(plan) };
}
