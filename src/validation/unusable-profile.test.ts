import { expect, it } from 'vitest';
import type { Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { profile, urlOf } from './test-profiles.ts';
import { claim, definitionsWith, errorsOf, faultsOf, patient } from './test-resources.ts';

/** Definitions with a profile and an extension that name elements which are nowhere. */
const validator = createValidator(
  definitionsWith(
    profile('broken', 'Claim', [['Claim.colour', { min: 1 }]]),
    { ...profile('above', 'Claim', []), baseDefinition: urlOf('broken') },
    profile('shade', 'Extension', [['Extension.shade', { min: 1 }]]),
    profile('user', 'Claim', [
      ['Claim.patient', { type: [{ code: 'Reference', targetProfile: [urlOf('broken')] }] }],
      ['Claim.extension', { slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' } }],
      ['Claim.extension:shade', { sliceName: 'shade', type: [{ code: 'Extension', profile: [urlOf('shade')] }] }],
    ]),
  ),
);

const claiming = (name: string): Resource => ({ ...claim(), meta: { profile: [urlOf(name)] } });

it('nothing conforms to it, and the reason is told', () => {
  for (const name of ['broken', 'above']) {
    const [issue, ...others] = errorsOf(validator, claiming(name));
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ rule: 'profile-unusable', expression: 'Claim' });
    expect(issue?.diagnostics).toContain(`The profile ${urlOf(name)} cannot be used here`);
    expect(issue?.diagnostics).toContain(`${urlOf('broken')}: Claim.colour: there is no element colour.`);
  }
  expect(faultsOf(validator, claim(), [urlOf('broken')])).toEqual(['profile-unusable Claim']);
  expect(faultsOf(validator, { ...patient(), meta: { profile: [urlOf('broken')] } })).toEqual(['profile-type Patient']);
});

it('an extension that is defined by it does not conform either', () => {
  const shaded = { ...claim(), extension: [{ url: urlOf('shade'), valueString: 'x' }] };
  expect(faultsOf(validator, shaded)).toEqual(['profile-unusable Claim.extension[0]']);
});

it('profiles that only name it are judged', () => {
  expect(faultsOf(validator, claiming('user'))).toEqual(['reference-target Claim.patient']);
  expect(faultsOf(validator, claim())).toEqual([]);
});
