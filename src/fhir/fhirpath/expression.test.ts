import { createRequire } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
import type { JsonObject, Resource } from '../resource.ts';
import { ExpressionError, expressionFor } from './expression.ts';
import { fhirpathJsExpression } from './fhirpath-js.ts';

const patient: Resource = {
  resourceType: 'Patient',
  id: 'p1',
  contained: [{ resourceType: 'Organization', id: 'o1', name: 'Clinic' }],
  identifier: [
    { system: 'http://example.org/a', value: '1' },
    { system: 'http://example.org/b', value: '2', period: { start: '2020-01', end: '2020-01-15' } },
  ],
  active: true,
  name: [
    { family: 'Achieng', given: ['Mary', 'Ann'] },
    {
      family: 'Okello',
      given: [null, 'Jo'],
      _given: [{ extension: [{ url: 'http://example.org/e', valueCode: 'masked' }] }, null],
    },
  ],
  _birthDate: { extension: [{ url: 'http://example.org/unknown', valueBoolean: true }] },
  deceasedDateTime: '2024-03-01T10:00:00Z',
  multipleBirthInteger: 2,
  managingOrganization: { reference: '#o1' },
  generalPractitioner: [
    { reference: 'Practitioner/7' },
    { reference: 'http://example.org/fhir/Organization/8/_history/2' },
    { type: 'PractitionerRole', identifier: { value: 'x' } },
  ],
  extension: [
    {
      url: 'http://example.org/weight',
      valueQuantity: { value: 3, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    },
    { url: 'http://example.org/age', valueAge: { value: 4, unit: 'a' } },
  ],
} as Resource;

const context = { resource: patient, now: new Date('2024-05-06T07:08:09.123Z') };

const select = (text: string, node: unknown = patient) => {
  const expression = expressionFor(text);
  expect(expression.compiled).toBe(true);
  return expression.select(node, context);
};

const results: [text: string, values: unknown[]][] = [
  // paths
  ['name.given', ['Mary', 'Ann', 'Jo']],
  ['Patient.name.family', ['Achieng', 'Okello']],
  ['Resource.id', ['p1']],
  ['DomainResource.id', ['p1']],
  ['Claim.id', []],
  ['name[1].family', ['Okello']],
  ['name[7]', []],
  ['`name`.`family`', ['Achieng', 'Okello']],
  ['{}', []],
  // choices and types
  ['deceased', ['2024-03-01T10:00:00Z']],
  ['deceased is dateTime', [true]],
  ['deceased is boolean', [false]],
  ['(deceased as dateTime)', ['2024-03-01T10:00:00Z']],
  ['deceased.ofType(Period)', []],
  ['multipleBirth.as(integer) + 1', [3]],
  ['extension.value.ofType(Quantity).value', [3, 4]],
  ['extension.value.ofType(Age).value', [4]],
  ['extension.value.ofType(FHIR.Age).value', [4]],
  ['extension[0].value is Age', [false]],
  ['$this is DomainResource', [true]],
  ['contained.ofType(Organization).name', ['Clinic']],
  ['contained.where($this is Patient)', []],
  // primitives with extensions
  ['birthDate.exists()', [true]],
  ['birthDate.hasValue()', [false]],
  ['birthDate', []],
  ["birthDate.extension('http://example.org/unknown').value", [true]],
  ['name.given.count()', [4]],
  ['name.given.extension.value', ['masked']],
  ["birthDate = '2020-01-01'", [false]],
  // existence
  ['name.exists()', [true]],
  ["name.exists(family = 'Okello')", [true]],
  ["name.where(family = 'None').empty()", [true]],
  ['name.all(given.exists())', [true]],
  ['photo.all(false)', [true]],
  ['name.select(given.count() > 1).allTrue()', [true]],
  ['name.select(use.exists()).anyTrue()', [false]],
  ['name.select(use.exists()).allFalse()', [true]],
  ['name.select(use.exists()).anyFalse()', [true]],
  ['(1 | 2).subsetOf(1 | 2 | 3)', [true]],
  ['(1 | 2).supersetOf(1 | 2 | 3)', [false]],
  ['identifier.system.isDistinct()', [true]],
  ['name.given.combine(name.given).isDistinct()', [false]],
  // subsets and combining
  ['name.given.first()', ['Mary']],
  ['name.given.last()', ['Jo']],
  ['identifier.value.tail()', ['2']],
  ['name[0].given.skip(1)', ['Ann']],
  ['name[0].given.take(1)', ['Mary']],
  ['name[0].given.take(0)', []],
  ['active.single()', [true]],
  ['name.given.where($index = 1)', ['Ann']],
  ["name[0].given.select($this & '-' & $index.toString())", ['Mary-0', 'Ann-1']],
  ['(1 | 2 | 1)', [1, 2]],
  ['(1).union(1 | 3)', [1, 3]],
  ['(1 | 2).combine(2)', [1, 2, 2]],
  ['(1 | 2 | 3).intersect(2 | 3 | 4)', [2, 3]],
  ['(1 | 2 | 3).exclude(2)', [1, 3]],
  ['(1).combine(1 | 2).distinct()', [1, 2]],
  ['identifier.repeat(period).start', ['2020-01']],
  ['name[0].children().count()', [3]],
  ['name.descendants().count()', [9]],
  // logic with empty
  ['{} and false', [false]],
  ['{} and true', []],
  ['{} or true', [true]],
  ['{} or false', []],
  ['{} xor true', []],
  ['true xor false', [true]],
  ['{} implies true', [true]],
  ['{} implies false', []],
  ['false implies {}', [true]],
  ['true implies {}', []],
  ['active.not()', [false]],
  ["'text' and true", [true]],
  // equality and order
  ["name.family = 'Achieng'", [false]],
  ['identifier[0] = identifier[0]', [true]],
  ['identifier[0] = identifier[1]', [false]],
  ['photo = photo', []],
  ['0.1 + 0.2 = 0.3', [true]],
  ['1 = 1.0', [true]],
  ["'a' = 1", [false]],
  ["'ABC' ~ 'abc'", [true]],
  ['1.01 ~ 1.0', [true]],
  ['{} ~ {}', [true]],
  ['(1 | 2) ~ (2 | 1)', [true]],
  ['(1 | 2) !~ (2 | 3)', [true]],
  ["'a' != 'b'", [true]],
  ["'a' < 'b'", [true]],
  ['2 > 1', [true]],
  ['{} > 1', []],
  ['identifier[1].period.start <= identifier[1].period.end', []],
  ['deceased > @2024-02-29', [true]],
  ['deceased > @2024-03-01', []],
  ['deceased = @2024-03-01T13:00:00+03:00', [true]],
  ['deceased < @2024-03-01T10:00:00-01:00', [true]],
  ['@2024-03 = @2024-03', [true]],
  ['@2024-03 = @2024-04-01', [false]],
  ['@2024-03 = @2024-03-01', []],
  ['@T10:00:00 < @T10:00:01', [true]],
  ["'a' in ('a' | 'b')", [true]],
  ["name.family contains 'Okello'", [true]],
  ["{} in ('a' | 'b')", []],
  ['2 in {}', [false]],
  ['extension[0].value <= extension[0].value', [true]],
  // arithmetic
  ['1 + 2 * 3', [7]],
  ['-(2 + 3)', [-5]],
  ['7 div 2', [3]],
  ['7 mod 2', [1]],
  ['1 / 4', [0.25]],
  ['1 / 0', []],
  ['name.count() + identifier.count() > 3', [true]],
  ["'a' + 'b'", ['ab']],
  ["'a' & {} & 'b'", ['ab']],
  // strings
  ["name[0].family.startsWith('Ach')", [true]],
  ["name[0].family.endsWith('x')", [false]],
  ["name[0].family.contains('ien')", [true]],
  ["name[0].family.matches('^A.*g$')", [true]],
  ["name[0].family.matchesFull('chi')", [false]],
  ["name[0].family.replace('A', '$&')", ['$&chieng']],
  ["name[0].family.replaceMatches('[aeiou]', '.')", ['Ach..ng']],
  ['name[0].family.length()', [7]],
  ['name[0].family.upper()', ['ACHIENG']],
  ['name[0].family.lower()', ['achieng']],
  ['name[0].family.substring(1, 3)', ['chi']],
  ['name[0].family.substring(9)', []],
  ["name[0].family.indexOf('i')", [3]],
  ['photo.title.length()', []],
  // conversion
  ["'12'.toInteger()", [12]],
  ["'x'.toInteger()", []],
  ["'1.5'.toDecimal()", [1.5]],
  ["'yes'.toBoolean()", [true]],
  ['true.toString()', ['true']],
  ['1.5.toString()', ['1.5']],
  ['deceased.toDate()', ['2024-03-01']],
  ["'10:30'.toTime()", ['10:30']],
  ["'x'.toDateTime()", []],
  ["'x'.convertsToInteger()", [false]],
  ['today()', ['2024-05-06']],
  ['now()', ['2024-05-06T07:08:09.123Z']],
  ["'2024-02-30x'.convertsToDate()", [false]],
  ["'2024-02'.convertsToDateTime()", [true]],
  ["'10:30'.convertsToTime()", [true]],
  // collections of strings
  ["name.given.join(', ')", ['Mary, Ann, Jo']],
  ['name.family.join()', ['AchiengOkello']],
  ["photo.title.join(',')", []],
  ["'a,b,,c'.split(',')", ['a', 'b', '', 'c']],
  ["'abc'.toChars()", ['a', 'b', 'c']],
  ["name.given.where('Ma,Jo'.split(',').exists(%context.exists() and $this.length() = 2)).count()", [4]],
  // numbers
  ['(-5).abs()', [5]],
  ['1.1.ceiling()', [2]],
  ['(-1.1).floor()', [-2]],
  ['1.9.truncate()', [1]],
  ['81.sqrt()', [9]],
  ['(-1).sqrt()', []],
  ['2.power(3)', [8]],
  ['{}.abs()', []],
  ['name.aggregate($total + 1, 0)', [2]],
  ['(1 | 2 | 5).aggregate(iif($total.empty(), $this, iif($this > $total, $this, $total)))', [5]],
  ["name.given.aggregate($total & $this & ($index + 1).toString(), '')", ['Mary1Ann23Jo4']],
  // quantities
  ["extension[0].value.ofType(Quantity) > 2 'kg'", [true]],
  ["extension[0].value.ofType(Quantity) = 3 'kg'", [true]],
  ["extension[0].value.ofType(Quantity) != 4 'kg'", [true]],
  ["5 'mg' < 6 'mg'", [true]],
  // the rest
  ["iif(active, 'yes', 'no')", ['yes']],
  ["iif({}, 'yes')", []],
  ['name.iif(count() > 1, first(), last()).family', ['Achieng']],
  ["name.family.trace('names')", ['Achieng', 'Okello']],
  ['active.getValue()', [true]],
  ['%resource.id', ['p1']],
  ['name.select(%context.id)', ['p1', 'p1']],
  ['%ucum', ['http://unitsofmeasure.org']],
  ['%`vs-name`', ['http://hl7.org/fhir/ValueSet/name']],
  ['%`ext-name`', ['http://hl7.org/fhir/StructureDefinition/name']],
  ["'it\\'s \\u0041'", ["it's A"]],
  ['1 /* one */ + 1 // two', [2]],
];

test.each(results)('%s', (text, values) => {
  expect(select(text)).toEqual(values);
});

describe('references', () => {
  test('tell the type and id of their targets without a store', () => {
    expect(select('generalPractitioner.where(resolve() is Practitioner).reference')).toEqual(['Practitioner/7']);
    expect(select('generalPractitioner.where(resolve() is Organization).reference')).toHaveLength(1);
    expect(select('generalPractitioner.where(resolve() is PractitionerRole).identifier.value')).toEqual(['x']);
    expect(select('generalPractitioner.resolve().id')).toEqual(['7', '8']);
  });

  test('find contained resources', () => {
    expect(select('managingOrganization.resolve().name')).toEqual(['Clinic']);
  });

  test('are resolved by the context where it can', () => {
    const resolve = (reference: JsonObject | string) =>
      (reference as JsonObject).reference === 'Practitioner/7'
        ? { resourceType: 'Practitioner', active: false }
        : undefined;
    expect(expressionFor('generalPractitioner.resolve().active').select(patient, { ...context, resolve })).toEqual([
      false,
    ]);
  });
});

describe('questions to the context', () => {
  test('value sets, profiles and XHTML are judged by it', () => {
    const asked: unknown[] = [];
    const answer = (value: unknown, url: string) => {
      asked.push(value, url);
      return false;
    };
    const questions = {
      ...context,
      memberOf: answer,
      conformsTo: answer,
      htmlChecks: (div: string) => div !== '<script/>',
    };
    expect(expressionFor("gender.memberOf('http://v')").test({ gender: 'x' }, questions)).toBe(false);
    expect(expressionFor("conformsTo('http://p')").test(patient, questions)).toBe(false);
    expect(expressionFor('htmlChecks()').test('<script/>', questions)).toBe(false);
    expect(asked).toEqual(['x', 'http://v', patient, 'http://p']);
  });

  test('what it does not answer is no violation', () => {
    expect(expressionFor("gender.memberOf('http://v')").test({ gender: 'x' }, context)).toBe(true);
    expect(expressionFor('htmlChecks()').test('<div/>', context)).toBe(true);
  });
});

describe('test()', () => {
  test('holds when the result is true or empty, and not when it is false', () => {
    expect(expressionFor('active').test(patient, context)).toBe(true);
    expect(expressionFor('photo.size > 5').test(patient, context)).toBe(true);
    expect(expressionFor('active = false').test(patient, context)).toBe(false);
  });

  test('does not hold when it cannot be evaluated', () => {
    for (const text of ['name.family.length() > 1', 'name.given', 'active.length() > 1', 'name.family < 1'])
      expect([text, expressionFor(text).test(patient, context)]).toEqual([text, false]);
  });

  test('sees the extensions of a primitive that it is given beside its value', () => {
    const twin = { extension: [{ url: 'http://example.org/e' }] };
    expect(expressionFor('extension.exists() and hasValue().not()').test(null, context, twin)).toBe(true);
    expect(expressionFor("extension.exists() and $this = 'x'").test('x', context, twin)).toBe(true);
    expect(expressionFor('extension.exists()').test('x', context)).toBe(false);
  });
});

describe('selectTyped()', () => {
  const typed = (text: string) => expressionFor(text).selectTyped(patient, context);

  test('tells types from keys, from resources and from computation', () => {
    expect(typed('deceased')).toEqual([{ value: '2024-03-01T10:00:00Z', type: 'dateTime' }]);
    expect(typed('extension.value').map(each => each.type)).toEqual(['Quantity', 'Age']);
    expect(typed('contained').map(each => each.type)).toEqual(['Organization']);
    expect(typed('deceased.exists()')).toEqual([{ value: true, type: 'boolean' }]);
    expect(typed('name.family')).toEqual([
      { value: 'Achieng', type: undefined },
      { value: 'Okello', type: undefined },
    ]);
  });

  test('gives the values themselves, not copies', () => {
    expect(typed('name')[0]!.value).toBe((patient.name as JsonObject[])[0]);
  });
});

describe('what generated code leaves to fhirpath.js', () => {
  const loaded = () => Object.keys(createRequire(import.meta.url).cache).some(path => path.includes('/fhirpath/src/'));

  test('is loaded only when an expression needs it', () => {
    expect(loaded()).toBe(false);
    expect(expressionFor('birthDate.lowBoundary()').compiled).toBe(false);
    expect(loaded()).toBe(true);
  });

  test('units are converted', () => {
    const ucum = (value: number, code: string) => ({ value, code, system: 'http://unitsofmeasure.org' });
    const heavier = expressionFor('low <= high', 'Range');
    expect(heavier.compiled).toBe(true);
    expect(heavier.test({ low: ucum(1, 'g'), high: ucum(900, 'mg') }, context)).toBe(false);
    expect(heavier.test({ low: ucum(1, 'g'), high: ucum(1100, 'mg') }, context)).toBe(true);
  });

  test('types that only the definitions tell are told by the base', () => {
    const text = 'birthDate.ofType(date)';
    expect(expressionFor(text, 'Patient').select({ resourceType: 'Patient', birthDate: '2020' }, context)).toEqual([
      '2020',
    ]);
  });

  test('has the same context', () => {
    const expression = expressionFor(
      "name.family.first().encode('hex').exists() and generalPractitioner.where(resolve() is Practitioner).exists()",
    );
    expect(expression.compiled).toBe(false);
    expect(expression.test(patient, context)).toBe(true);
    expect(expressionFor("%`vs-x` & ''.encode('hex')").select(patient, context)).toEqual([
      'http://hl7.org/fhir/ValueSet/x',
    ]);
  });
});

describe('expressionFor()', () => {
  test('keeps what it compiled', () => {
    expect(expressionFor('name.exists()')).toBe(expressionFor('name.exists()'));
    expect(expressionFor('name.exists()', 'Patient')).not.toBe(expressionFor('name.exists()'));
  });

  test.each([
    '',
    'name.',
    'name(',
    "'open",
    'a b',
    'a..b',
    '$other',
    '#',
    'a and',
    '()',
    'a is',
    '@20',
    '('.repeat(500),
  ])('refuses %j', text => {
    expect(() => expressionFor(text)).toThrow(ExpressionError);
  });

  test('refuses what would exhaust the stack, and survives what would exhaust memory', () => {
    expect(() => expressionFor(Array(3000).fill('a').join(' | '))).toThrow(ExpressionError);
    expect(() => expressionFor(`${'-'.repeat(1000)}1`)).toThrow(ExpressionError);
    expect(expressionFor(Array(330).fill('a.exists()').join(' and ')).test({}, context)).toBe(false);
    expect(expressionFor(Array(990).fill('a').join(' | ')).select({ a: 1 }, context)).toEqual([1]);
    expect(() => expressionFor(`a.${'select($this | $this).'.repeat(20)}exists()`)).toThrow(ExpressionError);
    expect(expressionFor('iif(true, 1, '.repeat(100).concat('2', ')'.repeat(100))).select({}, context)).toEqual([1]);
  });

  test('names of elements and texts never become code', () => {
    const evil =
      '`x; globalThis.pwned = true; //`.where(\'"; globalThis.pwned = true; //\' = `y\\u2028"]`).exists() or %`vs-";globalThis.pwned=true;//`.exists()';
    expect(expressionFor(evil).compiled).toBe(true);
    expressionFor(evil).select(patient, context);
    expect((globalThis as { pwned?: boolean }).pwned).toBeUndefined();
  });

  test('what every JavaScript object inherits is no element', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', '_birthDate'])
      expect([name, expressionFor(`\`${name}\`.exists()`).select(patient, context)]).toEqual([name, [false]]);
  });
});

test('an error names the expression and no value of the node', () => {
  const run = () => expressionFor('name.family.length()').select(patient, context);
  expect(run).toThrow(ExpressionError);
  expect(run).not.toThrow(/Achieng/);
});

test('nothing of a resource is written to the console', () => {
  const log = vi.spyOn(console, 'log');
  try {
    const quantity = (code: string) => ({ value: 1, system: 'http://unitsofmeasure.org', code });
    const range = { low: quantity('Asha Mwamba'), high: quantity('of Jamula') };
    expect(fhirpathJsExpression('low <= high', 'Range').select(range, { resource: patient })).toEqual([]);
    expect(log).not.toHaveBeenCalled();
  } finally {
    log.mockRestore();
  }
});
