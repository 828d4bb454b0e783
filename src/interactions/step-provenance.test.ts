import { expect, test } from 'vitest';
import { stepProvenance } from './step-provenance.ts';

const taken = { step: 'review', target: 'ClaimResponse/c1/_history/2', recorded: Date.UTC(2026, 5, 30) };

test('names whoever was told, then the client that asked, with its organization', () => {
  const caller = { clientId: 'claims-office', organization: 'Organization/fund' };
  const { agent } = stepProvenance({ ...taken, who: 'Practitioner/7', caller })!;
  expect(agent).toEqual([
    { who: { reference: 'Practitioner/7' } },
    { who: { reference: 'Organization/fund', display: 'Client claims-office' } },
  ]);
});

test('is there for a client alone, and not at all where nobody is known', () => {
  const alone = stepProvenance({ ...taken, who: undefined, caller: { clientId: 'claims-office' } });
  expect(alone?.agent).toEqual([{ who: { display: 'Client claims-office' } }]);
  expect(stepProvenance({ ...taken, who: undefined, caller: undefined })).toBeUndefined();
});
