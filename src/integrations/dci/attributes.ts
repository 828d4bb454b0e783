import { dayOf, parseDateRange } from '../../fhir/datetime.ts';
import { escapeValue } from '../../search/escape.ts';
import type { Condition, Prefix, RangeValue, TokenValue } from '../../search/query.ts';
import { RequestFault } from './dci-fault.ts';
import type { Register } from './register.ts';

/** Operators that a search may use. */
export type Operator = 'eq' | 'gt' | 'lt' | 'ge' | 'le' | 'in';

/** What conditions are made with. */
export interface AttributeContext {
  /** See `DciSettings`. */
  identifierTypes: Readonly<Record<string, string>>;
  timeZone: string;
  /** Milliseconds since 1970 UTC. */
  now: number;
}

/** What records may be searched by. */
export interface Attribute {
  /** Of the resource that records are made of; the peer must be shown what it searches. */
  parameter: string;
  operators: readonly Operator[];
  /** Any of the values will do; `in` has several. */
  condition(operator: Operator, values: readonly string[], context: AttributeContext): Condition;
}

const IDENTIFIER_TYPE = 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers';
const ORDERED: readonly Operator[] = ['eq', 'gt', 'lt', 'ge', 'le', 'in'];
const NAMED: readonly Operator[] = ['eq', 'in'];

const token = (parameter: string, codes: Readonly<Record<string, string>> = {}): Attribute => ({
  parameter,
  operators: NAMED,
  condition: (_operator, values) => ({
    kind: 'token',
    parameter,
    anyOf: values.map(value => ({ code: codes[value.toLowerCase()] ?? value })),
  }),
});

const text = (parameter: string): Attribute => ({
  parameter,
  operators: NAMED,
  condition: (_operator, values) => ({
    kind: 'string',
    parameter,
    anyOf: values.map(value => ({ match: 'exact' as const, text: value })),
  }),
});

const rangeOf = (value: string, timeZone: string): { low: number; high: number } => {
  const range = parseDateRange(value, timeZone);
  if (range !== undefined) return range;
  throw new RequestFault('filter.invalid', 'A date is written like 1990-12-31 or 1990.');
};

const prefixOf = (operator: Operator): Prefix => (operator === 'in' ? 'eq' : operator);

/** A birth date is a day, wherever whoever asks wrote midnight. */
const birthDate: Attribute = {
  parameter: 'birthdate',
  operators: ORDERED,
  condition: (operator, values, { timeZone }) => ({
    kind: 'date',
    parameter: 'birthdate',
    anyOf: values.map(value => ({ prefix: prefixOf(operator), ...rangeOf(value.slice(0, 10), timeZone) })),
  }),
};

const lastUpdate: Attribute = {
  parameter: '_lastUpdated',
  operators: ORDERED,
  condition: (operator, values, { timeZone }) => ({
    kind: 'lastUpdated',
    anyOf: values.map(value => ({ prefix: prefixOf(operator), ...rangeOf(value, timeZone) })),
  }),
};

/** The last birthday, as a day of birth, of who is so old today. */
const bornYearsAgo = (years: number, { timeZone, now }: AttributeContext): RangeValue => {
  const today = dayOf(now, timeZone);
  const year = String(Number(today.slice(0, 4)) - years).padStart(4, '0');
  const range = parseDateRange(`${year}${today.slice(4)}`, timeZone) ?? parseDateRange(`${year}-02-28`, timeZone)!;
  return { prefix: 'le', ...range };
};

const YEARS = /^\d{1,3}$/;

/** Years that are full today. */
const age: Attribute = {
  parameter: 'birthdate',
  operators: ORDERED,
  condition: (operator, values, context) => {
    const atLeast = (years: number): Condition => ({
      kind: 'date',
      parameter: 'birthdate',
      anyOf: [bornYearsAgo(years, context)],
    });
    const less = (years: number): Condition => ({
      kind: 'date',
      parameter: 'birthdate',
      anyOf: [{ ...bornYearsAgo(years, context), prefix: 'gt' }],
    });
    const of = (value: string): Condition => {
      if (!YEARS.test(value)) throw new RequestFault('filter.invalid', 'age is a whole number of years.');
      const years = Number(value);
      if (operator === 'gt') return atLeast(years + 1);
      if (operator === 'ge') return atLeast(years);
      if (operator === 'lt') return less(years);
      if (operator === 'le') return less(years + 1);
      return { kind: 'all', allOf: [atLeast(years), less(years + 1)] };
    };
    return { kind: 'any', anyOf: values.map(of) };
  },
};

/** A number of a person or family, of a kind that the operator has named, or of any. */
const identifier = (types: readonly string[] = []): Attribute => ({
  parameter: 'identifier',
  operators: NAMED,
  condition: (_operator, values) => {
    const anyOf = (of: (value: string) => TokenValue, parameter = 'identifier'): Condition => ({
      kind: 'token',
      parameter,
      anyOf: values.map(of),
    });
    const any = anyOf(code => ({ code }));
    if (types.length === 0) return any;
    const ofTypes = types.map(
      (type): Condition =>
        type.includes(':')
          ? anyOf(code => ({ system: type, code }))
          : anyOf(value => ({ system: IDENTIFIER_TYPE, code: `${escapeValue(type)}|${value}` }), 'identifier:of-type'),
    );
    return { kind: 'all', allOf: [any, { kind: 'any', anyOf: ofTypes }] };
  },
});

const SEXES = { m: 'male', f: 'female', others: 'other' };

const ofPerson: Readonly<Record<string, Attribute>> = {
  identifier: identifier(),
  member_identifier: identifier(),
  given_name: text('given'),
  first_name: text('given'),
  surname: text('family'),
  family_name: text('family'),
  sex: token('gender', SEXES),
  gender: token('gender', SEXES),
  birth_date: birthDate,
  dob: birthDate,
  yob: birthDate,
  age,
  phone_number: token('phone'),
  mobile: token('phone'),
  email: token('email'),
  city: text('address-city'),
  postal_code: text('address-postalcode'),
  last_update: lastUpdate,
};

/** By the person who is covered. */
const ofBeneficiary = ({ operators, condition }: Attribute): Attribute => ({
  parameter: 'beneficiary',
  operators,
  condition: (operator, values, context) => ({
    kind: 'refersTo',
    parameter: 'beneficiary',
    resourceType: 'Patient',
    where: condition(operator, values, context),
  }),
});

/** The states of enrolment of DCI's IBR; a cover that ended does not say why by what it is searched by. */
const STATES: Readonly<Record<string, string>> = { 1: 'active', 2: 'cancelled', 3: 'cancelled', 4: 'cancelled' };

const ATTRIBUTES: Readonly<Record<Register, Readonly<Record<string, Attribute>>>> = {
  Member: ofPerson,
  Group: {
    identifier: identifier(),
    group_identifier: identifier(),
    household_id: identifier(),
    last_update: lastUpdate,
  },
  Beneficiary: {
    identifier: ofBeneficiary(identifier()),
    member_identifier: ofBeneficiary(identifier()),
    programme_identifier: token('class-value'),
    enrolment_status: token('status', STATES),
    last_update: lastUpdate,
  },
};

/** What a record may be searched by, and how. @throws {RequestFault} for what is not on the list */
export const attributeOf = (register: Register, name: string): Attribute => {
  const list = ATTRIBUTES[register];
  const found = Object.hasOwn(list, name.toLowerCase()) ? list[name.toLowerCase()] : undefined;
  if (found !== undefined) return found;
  throw new RequestFault(
    'filter.invalid',
    `A ${register} is not searched by this attribute. It is by ${Object.keys(list).join(', ')}.`,
  );
};

/** The attribute of a kind of number; of those that are no identifier, too. @throws {RequestFault} for a kind that is not known here */
export const identifierOfType = (
  register: Register,
  type: string,
  { identifierTypes }: AttributeContext,
): Attribute => {
  const name = type.toUpperCase();
  const ofNumber = (): Attribute => {
    if (name === 'MOBILE' && register === 'Member') return ofPerson.mobile!;
    if (name === 'EMAIL' && register === 'Member') return ofPerson.email!;
    if (name === 'HOUSEHOLD_ID' && register === 'Group') return identifier();
    const system = Object.hasOwn(identifierTypes, type) ? identifierTypes[type] : undefined;
    if (system !== undefined) return identifier([system]);
    const known = [...Object.keys(identifierTypes), ...(register === 'Member' ? ['MOBILE', 'EMAIL'] : [])];
    throw new RequestFault('filter.invalid', `This type of number is not known here. ${known.join(', ')} are.`);
  };
  const attribute = ofNumber();
  return register === 'Beneficiary' ? ofBeneficiary(attribute) : attribute;
};
