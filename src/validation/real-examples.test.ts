import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';

const data = process.env.KIUNGO_TEST_DATA;
const folders = ['r4', 'kiungo', 'openimis'].map(set => new URL(`../../profiles/${set}`, import.meta.url).pathname);

const filesOf = (folder: string) => readdirSync(folder).filter(name => name.endsWith('.json'));

if (data === undefined || !existsSync(join(data, 'r4-examples'))) {
  it('published examples are left out, since KIUNGO_TEST_DATA names no folder that holds r4-examples', () => {
    process.stdout.write('KIUNGO_TEST_DATA names no folder with r4-examples: published examples are not judged.\n');
    expect(data === undefined || !existsSync(join(data, 'r4-examples'))).toBe(true);
  });
} else {
  const definitions = loadDefinitions({ folders, packages: [] });
  const faultsOf = (folder: string, name: string, validator: ReturnType<typeof createValidator>) => {
    const resource = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Resource;
    const explained = validator.explain(resource, []).filter(({ severity }) => severity === 'error');
    expect(validator.isValid(resource, [])).toBe(explained.length === 0);
    return explained.map(({ rule, expression }) => `${rule} ${expression}`);
  };

  describe('the examples of FHIR R4', () => {
    const folder = join(data, 'r4-examples');
    const lenient = createValidator(definitions, { baseTargets: 'warning' });
    const strict = createValidator(definitions);
    // Two refer to types that their own definition does not name.
    const wrongTarget = new Map([
      ['MedicationRequest-medrx0301.json', ['reference-target MedicationRequest.dispenseRequest.performer']],
      ['Observation-clinical-gender.json', ['reference-target Observation.performer[0]']],
    ]);
    it.each(filesOf(folder))('%s', name => {
      const faults = faultsOf(folder, name, lenient);
      if (name === 'Questionnaire-qs1.json') {
        expect(faults).not.toEqual([]);
        expect(faults.filter(fault => !/^cardinality-min .*\.linkId$/.test(fault))).toEqual([]);
      } else {
        expect(faults).toEqual([]);
        expect(faultsOf(folder, name, strict)).toEqual(wrongTarget.get(name) ?? []);
      }
    });
  });

  describe('the examples of openIMIS', () => {
    const folder = join(data, 'openimis', 'examples');
    const validator = createValidator(definitions);
    const known: Record<string, string[]> = {
      'Coverage-JoeDoeCoverage.json': ['reference-format Coverage.beneficiary.reference'],
      'CoverageEligibilityRequest-JoeDoeEnquiring.json': [
        'code-not-in-value-set CoverageEligibilityRequest.item[0].category',
        'reference-format CoverageEligibilityRequest.patient.reference',
        'slice-closed CoverageEligibilityRequest.item[0]',
      ],
      'CoverageEligibilityResponse-JoeDoeEnquiringResponse.json': [
        'invariant-failed CoverageEligibilityResponse.insurance[0].item[1]',
        'reference-format CoverageEligibilityResponse.patient.reference',
      ],
      'Invoice-InformalSectorContributionInvoice.json': ['code-not-in-value-set Invoice.type.coding[0]'],
      'Medication-AspirinMedication.json': ['invariant-failed Medication.amount'],
    };
    it.each(filesOf(folder))('%s has the faults that are known of it, and no other', name => {
      expect(faultsOf(folder, name, validator).sort()).toEqual(known[name] ?? []);
    });
  });
}
