import { decimalOf, formatDecimal, subtractDecimals } from '../../src/fhir/decimal.ts';
import { rawNumber } from '../../src/fhir/exact-json.ts';
import type {
  CaseByCare,
  CaseCoverage,
  CaseEntry,
  CaseFacility,
  CasePatient,
  CasePlanLine,
  CasePrice,
  CaseProduct,
  CaseScopes,
  CaseSetUp,
  MoneyText,
} from './case.ts';
import { officerResources, villageAddress } from './feedback-resources.ts';

/** A resource as it is printed; decimals are raw numbers, so that `45.00` stays as it was written. */
export type Printed = { resourceType: string; id: string } & Record<string, unknown>;

/** The names of one case in the server's register: cases share a store, so each has its own. */
export interface Naming {
  /** Logical id of a thing. */
  id(kind: string, name: string): string;
  currency: string;
}

const KIUNGO = 'https://kiungo.example/fhir';
const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const own = (name: string): string => `${KIUNGO}/StructureDefinition/${name}`;
const ig = (name: string): string => `${OPENIMIS}/StructureDefinition/${name}`;

const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
const benefit = (code: string) => concept(`${KIUNGO}/CodeSystem/plan-benefit`, code);
const identifier = (value: string) => [{ type: concept(`${OPENIMIS}/CodeSystem/openimis-identifiers`, 'Code'), value }];

/** An amount as Money. */
export const money = (text: MoneyText, currency: string) => ({ value: rawNumber(text), currency });
const amount = (text: MoneyText, currency: string) => ({
  value: rawNumber(text),
  unit: currency,
  system: 'urn:iso:std:iso:4217',
  code: currency,
});

const period = (start: string | undefined, end: string | undefined) => ({
  ...(start === undefined ? {} : { start }),
  ...(end === undefined ? {} : { end }),
});
const hasPeriod = ({ validFrom, validTo }: CaseEntry | CasePrice): boolean =>
  validFrom !== undefined || validTo !== undefined;

/** What a code of the catalogue is in the register: `Medication/x`. */
export const claimedReference = (setUp: CaseSetUp, naming: Naming, code: string): string =>
  `${setUp.catalog?.[code]?.kind === 'item' ? 'Medication' : 'ActivityDefinition'}/${naming.id('code', code)}`;

const VENUES = { I: ['IMP'], O: ['AMB'], B: ['IMP', 'AMB'] } as const;
const useContext = (code: string, system: string, values: readonly string[]) => ({
  code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code },
  valueCodeableConcept: { coding: values.map(value => ({ system, code: value })) },
});

const contexts = ({ careType = 'B', patients = 15, category }: CaseEntry) => {
  const mask = patients === 0 ? 15 : patients;
  const genders = [...(mask & 1 ? ['male'] : []), ...(mask & 2 ? ['female'] : [])];
  const ages = [...(mask & 4 ? ['adult'] : []), ...(mask & 8 ? ['child'] : [])];
  return {
    CareType: useContext('venue', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', VENUES[careType]),
    Gender: useContext('gender', 'http://hl7.org/fhir/administrative-gender', genders),
    Age: useContext('age', `${OPENIMIS}/CodeSystem/usage-context-age-type`, ages),
    ...(category === undefined || category === 'V'
      ? {}
      : {
          Category: useContext('workflow', `${OPENIMIS}/CodeSystem/activity-definition-usage-context-workflow-type`, [
            category,
          ]),
        }),
  };
};

const timing = (days: number) => ({ repeat: { frequency: 1, period: days, periodUnit: 'd' } });

const entryResource = (code: string, entry: CaseEntry, naming: Naming): Printed => {
  const id = naming.id('code', code);
  const price =
    entry.price === undefined ? [] : [{ url: ig('unit-price'), valueMoney: money(entry.price, naming.currency) }];
  const most =
    entry.maxQuantity === undefined ? [] : [{ url: own('maximum-quantity'), valueDecimal: entry.maxQuantity }];
  const extension = [...price, ...most];
  const said = contexts(entry);
  if (entry.kind === 'service') {
    return {
      resourceType: 'ActivityDefinition',
      id,
      ...(extension.length === 0 ? {} : { extension }),
      identifier: identifier(id),
      name: id,
      title: code,
      status: 'active',
      useContext: Object.values(said),
      ...(hasPeriod(entry) ? { effectivePeriod: period(entry.validFrom, entry.validTo) } : {}),
      ...(entry.frequency === undefined ? {} : { timingTiming: timing(entry.frequency) }),
    };
  }
  return {
    resourceType: 'Medication',
    id,
    extension: [
      ...extension,
      {
        url: ig('medication-usage-context'),
        extension: Object.entries(said).map(([url, valueUsageContext]) => ({ url, valueUsageContext })),
      },
      ...(entry.frequency === undefined
        ? []
        : [{ url: ig('medication-frequency'), valueTiming: timing(entry.frequency) }]),
      ...(hasPeriod(entry)
        ? [{ url: own('medication-validity'), valuePeriod: period(entry.validFrom, entry.validTo) }]
        : []),
    ],
    identifier: identifier(id),
    code: { text: code },
  };
};

const priceResources = (setUp: CaseSetUp, naming: Naming): Printed[] =>
  Object.entries(setUp.priceLists ?? {}).flatMap(([name, entries]) => {
    const definitions = entries.map((entry, index): Printed => {
      const id = naming.id('price', `${name}-${index}`);
      const valueReference = { reference: claimedReference(setUp, naming, entry.code) };
      return {
        resourceType: 'ChargeItemDefinition',
        id,
        extension: [{ url: ig('claim-item-reference'), valueReference }],
        url: `${KIUNGO}/ChargeItemDefinition/${id}`,
        status: 'active',
        ...(hasPeriod(entry) ? { effectivePeriod: period(entry.validFrom, entry.validTo) } : {}),
        code: { text: entry.code },
        ...(entry.price === undefined
          ? {}
          : { propertyGroup: [{ priceComponent: [{ type: 'base', amount: money(entry.price, naming.currency) }] }] }),
      };
    });
    const list: Printed = {
      resourceType: 'List',
      id: naming.id('list', name),
      status: 'current',
      mode: 'working',
      title: name,
      ...(definitions.length === 0
        ? {}
        : { entry: definitions.map(({ id }) => ({ item: { reference: `ChargeItemDefinition/${id}` } })) }),
    };
    return [...definitions, list];
  });

const facilityResource = (name: string, { level, careType, priceList }: CaseFacility, naming: Naming): Printed => {
  const id = naming.id('facility', name);
  return {
    resourceType: 'Organization',
    id,
    extension: [
      {
        url: ig('organization-hf-care-type'),
        valueCodeableConcept: concept(`${OPENIMIS}/CodeSystem/organization-hf-care-type`, careType ?? 'B'),
      },
      ...(level === undefined
        ? []
        : [
            {
              url: ig('organization-hf-level'),
              valueCodeableConcept: concept(`${OPENIMIS}/CodeSystem/organization-hf-level`, level),
            },
          ]),
      ...(priceList === undefined
        ? []
        : [{ url: own('price-list'), valueReference: { reference: `List/${naming.id('list', priceList)}` } }]),
    ],
    identifier: identifier(id),
    type: [concept('http://terminology.hl7.org/CodeSystem/organization-type', 'prov')],
    name,
  };
};

const AGE = `${OPENIMIS}/CodeSystem/usage-context-age-type`;
const AGES = ['adult', 'child'] as const;
const age = (code: string) => concept(AGE, code);

const lineCosts = (line: CasePlanLine, currency: string) => [
  { type: benefit('price-origin'), qualifiers: [benefit(line.origin ?? 'P')] },
  ...Object.entries(line.limits ?? {}).flatMap(([visit, limit]) => {
    const visitType = concept(`${OPENIMIS}/CodeSystem/claim-visit-type`, visit);
    const type = benefit(limit.type === 'C' ? 'coinsurance' : 'fixed-limit');
    const given = AGES.filter(each => limit[each] !== undefined && limit[each] !== null);
    if (given.length === 0) return [{ type, qualifiers: [visitType] }];
    return given.map(each => ({
      type,
      qualifiers: [visitType, age(each)],
      value:
        limit.type === 'C'
          ? { value: rawNumber(String(limit[each])), unit: '%', system: 'http://unitsofmeasure.org', code: '%' }
          : amount(String(limit[each]), currency),
    }));
  }),
  ...AGES.flatMap(each => {
    const exclusion = each === 'adult' ? line.ceilingExclusionAdult : line.ceilingExclusionChild;
    return exclusion === undefined || exclusion === null
      ? []
      : [{ type: benefit('ceiling-exclusion'), qualifiers: [benefit(exclusion), age(each)] }];
  }),
];

const lineLimits = (line: CasePlanLine) =>
  AGES.flatMap(each => {
    const [most, wait] = each === 'adult' ? [line.maxAdult, line.waitingAdult] : [line.maxChild, line.waitingChild];
    const limit = (code: string, value: number | undefined | null, unit: string) =>
      value === undefined || value === null
        ? []
        : [{ value: { value, unit }, code: { coding: [...benefit(code).coding, ...age(each).coding] } }];
    return [...limit('max-number', most, 'units'), ...limit('waiting-period', wait, 'months')];
  });

const scopeCosts = (scopes: CaseScopes, currency: string) => {
  const { policy } = scopes;
  const flat = typeof policy === 'object' && policy !== null ? { ...scopes, ...policy, policy: policy.amount } : scopes;
  return (
    [
      ['treatment', 'treatment'],
      ['insuree', 'insuree'],
      ['policy', 'policy'],
      ['extraMember', 'extra-member'],
      ['maximum', 'maximum'],
    ] as const
  ).flatMap(([key, code]) => {
    const value = flat[key];
    return typeof value === 'string' ? [{ type: benefit(code), value: amount(value, currency) }] : [];
  });
};

const CARES = [
  ['all', 'general'],
  ['hospital', 'hospital'],
  ['nonHospital', 'non-hospital'],
] as const;

const careCosts = (product: CaseProduct, currency: string) =>
  CARES.flatMap(([key, category]) => {
    const parts = (['deductibles', 'ceilings'] as const).flatMap(name => {
      const byCare: CaseByCare = product[name] ?? {};
      const cost = byCare[key] === undefined ? [] : scopeCosts(byCare[key], currency);
      return cost.length === 0 ? [] : [{ type: benefit(name === 'deductibles' ? 'deductible' : 'ceiling'), cost }];
    });
    return parts.length === 0 ? [] : [{ category: benefit(category), benefit: parts }];
  });

const CATEGORIES = {
  surgeries: 'surgery',
  deliveries: 'delivery',
  antenatal: 'antenatal',
  admissions: 'hospitalization',
  consultations: 'consultation',
  visits: 'visit',
} as const;

const categoryBenefits = ({ maxCount = {}, maxAmount = {} }: CaseProduct, currency: string) =>
  Object.entries(CATEGORIES).flatMap(([key, code]) => {
    const count = maxCount[key];
    const most = maxAmount[key];
    const limit = [
      ...(count === undefined || count === null
        ? []
        : [{ value: { value: count, unit: 'claims' }, code: benefit('count') }]),
      ...(most === undefined || most === null ? [] : [{ value: amount(most, currency), code: benefit('amount') }]),
    ];
    return limit.length === 0 ? [] : [{ type: benefit(code), limit }];
  });

const planResource = (name: string, product: CaseProduct, setUp: CaseSetUp, naming: Naming): Printed => {
  const id = naming.id('product', name);
  const { currency } = naming;
  const lines = Object.entries(product.items ?? {}).map(([code, line]) => {
    const reference = claimedReference(setUp, naming, code);
    const extension = [{ url: ig('claim-item-reference'), valueReference: { reference } }];
    return { code, line, extension, kind: setUp.catalog?.[code]?.kind ?? 'service' };
  });
  const limited = lines.flatMap(({ code, line, extension }) => {
    const limit = lineLimits(line);
    return limit.length === 0 ? [] : [{ extension, type: { text: code }, limit }];
  });
  const benefits = [...categoryBenefits(product, currency), ...limited];
  const medical = concept('http://terminology.hl7.org/CodeSystem/insurance-plan-type', 'medical');
  const specificCost = [
    ...careCosts(product, currency),
    ...(['item', 'service'] as const).flatMap(kind => {
      const own = lines.filter(line => line.kind === kind);
      return own.length === 0
        ? []
        : [
            {
              category: benefit(kind),
              benefit: own.map(({ code, line, extension }) => ({
                extension,
                type: { text: code },
                cost: lineCosts(line, currency),
              })),
            },
          ];
    }),
  ];
  const { ceilingInterpretation, threshold } = product;
  return {
    resourceType: 'InsurancePlan',
    id,
    identifier: identifier(id),
    status: 'active',
    name,
    coverage: [{ type: medical, benefit: benefits.length === 0 ? [{ type: medical }] : benefits }],
    plan: [
      {
        ...(ceilingInterpretation === undefined
          ? {}
          : { extension: [{ url: own('ceiling-interpretation'), valueCode: ceilingInterpretation }] }),
        type: medical,
        ...(threshold === undefined
          ? {}
          : {
              generalCost: [
                {
                  type: concept(`${OPENIMIS}/CodeSystem/insurance-plan-general-cost-type`, 'lumpsum'),
                  groupSize: threshold,
                },
              ],
            }),
        ...(specificCost.length === 0 ? {} : { specificCost }),
      },
    ],
  };
};

const patientResource = (name: string, { gender, birthDate, village, died }: CasePatient, naming: Naming): Printed => ({
  resourceType: 'Patient',
  id: naming.id('patient', name),
  identifier: identifier(naming.id('patient', name)),
  name: [{ text: name, family: name }],
  gender,
  birthDate,
  ...(died === undefined ? {} : { deceasedDateTime: died }),
  ...villageAddress(village, naming),
});

const STATUSES = {
  idle: 'draft',
  ready: 'draft',
  active: 'active',
  expired: 'active',
  suspended: 'cancelled',
} as const;

const coverageResources = (name: string, coverage: CaseCoverage, naming: Naming): Printed[] => {
  const members = Object.entries(coverage.members ?? {});
  const holder = { reference: `Patient/${naming.id('patient', members[0]?.[0] ?? '')}` };
  const status = coverage.status ?? 'active';
  const contract: Printed = {
    resourceType: 'Contract',
    id: naming.id('policy', name),
    status: 'executed',
    issued: coverage.effective ?? '1900-01-01',
    subject: [holder],
    term: [{ offer: { text: name } }],
  };
  const coverages = members.map(([member, dates]) => ({
    resourceType: 'Coverage',
    id: naming.id('coverage', `${name}-${member}`),
    extension: [
      {
        url: own('coverage-policy'),
        extension: [
          {
            url: 'period',
            valuePeriod: period(coverage.effective ?? dates.effective ?? '1900-01-01', coverage.expiry),
          },
          { url: 'stage', valueCode: coverage.stage ?? 'N' },
        ],
      },
      {
        url: ig('coverage-policy-status'),
        valueCodeableConcept: { coding: [{ system: `${KIUNGO}/CodeSystem/coverage-policy-status`, code: status }] },
      },
    ],
    status: STATUSES[status],
    policyHolder: holder,
    beneficiary: { reference: `Patient/${naming.id('patient', member)}` },
    payor: [holder],
    period: period(dates.effective ?? coverage.effective ?? '1900-01-01', dates.expiry ?? coverage.expiry),
    class: [
      {
        type: concept('http://terminology.hl7.org/CodeSystem/coverage-class', 'plan'),
        value: naming.id('product', coverage.product),
        name: name,
      },
    ],
    contract: [{ reference: `Contract/${contract.id}` }],
  }));
  return [contract, ...coverages];
};

/** A claim names a coverage; whoever has none gets one that never began. */
const withoutCover = (setUp: CaseSetUp): Record<string, CaseCoverage> =>
  Object.fromEntries(
    Object.keys(setUp.patients ?? {})
      .filter(name => Object.values(setUp.coverages ?? {}).every(({ members }) => members?.[name] === undefined))
      .map(name => [`no cover of ${name}`, { product: 'none', status: 'idle', members: { [name]: {} } }]),
  );

/** The coverages of a case, by name, with those that stand for none. */
export const caseCoverages = (setUp: CaseSetUp): Record<string, CaseCoverage> => ({
  ...setUp.coverages,
  ...withoutCover(setUp),
});

/** The insurers of a case: its claims are checked here, those of its history were judged elsewhere. */
const insurerResources = ({ feedback }: CaseSetUp, naming: Naming): Printed[] =>
  (['review', 'forward'] as const).map(mode => ({
    resourceType: 'Organization',
    id: naming.id('insurer', mode),
    extension: [
      { url: own('claim-mode'), valueCode: mode },
      ...(feedback === undefined ? [] : [{ url: own('feedback-share'), valueDecimal: feedback.share }]),
    ],
    identifier: identifier(naming.id('insurer', mode)),
    type: [concept('http://terminology.hl7.org/CodeSystem/organization-type', 'ins')],
    name: 'Insurer',
  }));

/** The scheme of a case as FHIR resources, what others refer to before these. */
export const setUpResources = (setUp: CaseSetUp, naming: Naming): Printed[] => [
  ...insurerResources(setUp, naming),
  ...officerResources(setUp, naming),
  ...Object.entries(setUp.catalog ?? {}).map(([code, entry]) => entryResource(code, entry, naming)),
  ...priceResources(setUp, naming),
  ...Object.entries(setUp.facilities ?? {}).map(([name, facility]) => facilityResource(name, facility, naming)),
  ...Object.entries(setUp.products ?? {}).map(([name, product]) => planResource(name, product, setUp, naming)),
  ...Object.entries(setUp.patients ?? {}).map(([name, patient]) => patientResource(name, patient, naming)),
  ...Object.entries(caseCoverages(setUp)).flatMap(([name, coverage]) => coverageResources(name, coverage, naming)),
];

/** What of `whole` is in no part, as text; nothing where it is not told. */
export const remainder = (whole: MoneyText | undefined, parts: readonly (MoneyText | undefined)[]): MoneyText =>
  formatDecimal(
    parts.reduce(
      (left, part) => subtractDecimals(left, decimalOf(part ?? '0')),
      decimalOf(whole ?? formatDecimal(decimalOf('0'))),
    ),
  );
