import type { CaseSetUp } from './case.ts';
import type { Naming, Printed } from './set-up-resources.ts';

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';

const concept = (system: string, code: string) => ({ coding: [{ system: `${OPENIMIS}/CodeSystem/${system}`, code }] });

const villageReference = (village: string, naming: Naming) => ({
  reference: `Location/${naming.id('village', village)}`,
});

/** Where a patient lives. */
export const villageAddress = (village: string | undefined, naming: Naming): object =>
  village === undefined
    ? {}
    : {
        address: [
          {
            extension: [
              {
                url: `${OPENIMIS}/StructureDefinition/address-location-reference`,
                valueReference: villageReference(village, naming),
              },
            ],
            city: village,
          },
        ],
      };

/** The villages of a case, and the enrolment officers who work there. */
export const officerResources = ({ patients = {}, feedback }: CaseSetUp, naming: Naming): Printed[] => {
  const officers = Object.entries(feedback?.officers ?? {});
  const lived = Object.values(patients).flatMap(({ village }) => village ?? []);
  const villages = [...new Set([...lived, ...officers.flatMap(([, officer]) => officer.villages)])];
  const code = [concept('practitioner-qualification-type', 'EO')];
  return [
    ...villages.map(village => ({
      resourceType: 'Location',
      id: naming.id('village', village),
      identifier: [{ value: naming.id('village', village) }],
      name: village,
    })),
    ...officers.flatMap(([name, { villages: at, phone }]) => {
      const id = naming.id('officer', name);
      const telecom = phone === undefined ? {} : { telecom: [{ system: 'phone', value: phone }] };
      const person = { identifier: [{ value: id }], name: [{ text: name }], ...telecom };
      const location = at.map(village => villageReference(village, naming));
      return [
        { resourceType: 'Practitioner', id, ...person },
        { resourceType: 'PractitionerRole', id, practitioner: { reference: `Practitioner/${id}` }, code, location },
      ];
    }),
  ];
};

/** What a patient says about a claim, by question. */
export const feedbackResource = (claimId: string, answers: Readonly<Record<string, string>>) => ({
  resourceType: 'Communication',
  status: 'completed',
  about: [{ reference: `Claim/${claimId}` }],
  payload: Object.entries(answers).map(([code, contentString]) => ({
    extension: [
      {
        url: `${OPENIMIS}/StructureDefinition/communication-payload-type`,
        valueCodeableConcept: concept('feedback-payload', code),
      },
    ],
    contentString,
  })),
});
