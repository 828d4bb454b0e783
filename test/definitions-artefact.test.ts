import { expect, test } from 'vitest';
import { firstStaleFile } from '../scripts/build-definitions.ts';
import { buildR4Artefact } from '../scripts/r4-artefact.ts';

const artefact = buildR4Artefact();

test('profiles/r4 is what npm run definitions makes', () => {
  expect(firstStaleFile(artefact)).toBeUndefined();
});

test('a file that differs, is missing or is left over is named', () => {
  const claim = 'profiles/r4/StructureDefinition-Claim.json';
  expect(firstStaleFile(new Map([...artefact, [claim, `${artefact.get(claim)} `]]))).toBe(claim);
  expect(firstStaleFile(new Map([...artefact, ['profiles/r4/ValueSet-new.json', '{}']]))).toBe(
    'profiles/r4/ValueSet-new.json',
  );
  expect(firstStaleFile(new Map([...artefact].filter(([file]) => file !== claim)))).toBe(claim);
});

test('only what R4 itself defines is there', () => {
  const text = [...artefact.values()].join('\n');
  expect(text).not.toContain('medplum.com');
  expect(artefact.has('profiles/r4/StructureDefinition-SubscriptionStatus.json')).toBe(false);
  const evidenceVariable = artefact.get('profiles/r4/StructureDefinition-EvidenceVariable.json');
  expect(evidenceVariable).toContain('"EvidenceVariable.characteristic.definition[x]"');
  expect(evidenceVariable).not.toContain('definitionByTypeAndValue');
  expect(evidenceVariable).toMatch(/"EvidenceVariable.characteristic","min":1,/);
  expect(artefact.get('profiles/r4/StructureDefinition-Meta.json')).not.toContain('"Meta.project"');
});

test('the id of a resource has the type id', () => {
  const patient = JSON.parse(artefact.get('profiles/r4/StructureDefinition-Patient.json') ?? '');
  const types = patient.snapshot.element
    .filter(({ id }: { id: string }) => ['Patient.id', 'Patient.contact.id'].includes(id))
    .map(({ type }: { type: { code: string }[] }) => type[0]?.code);
  expect(types).toEqual(['id', 'string']);
});
