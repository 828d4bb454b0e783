import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import { OPENIMIS } from '../insurance/openimis-codes.ts';
import { memberWritten, objectsIn, type Rewriting, withItem } from './rewriting.ts';

/** An element that the backend does not read, that its clients therefore leave out, and that R4 requires. */
const leftOut = (element: string, name: string, byDefault: Json, shown: string): Rewriting => ({
  rule: 'normalized-default',
  elements: [element],
  sent: `no \`${name}\``,
  written: shown,
  rewrite: value =>
    isJsonObject(value) && value[name] === undefined && value[`_${name}`] === undefined
      ? memberWritten(value, name, byDefault, `${name} was left out. ${shown} was added.`)
      : undefined,
});

const COVERAGE_DATE = `${OPENIMIS}/StructureDefinition/coverage-date`;
/** The later guide has an extension each for what the R4 guide tells apart by order: first enrolment, then effect. */
const DATED = /\/StructureDefinition\/coverage-(enroll|effective)-date$/;

const datesInOrder = (extensions: Json[]): Json[] | undefined => {
  const dated = objectsIn(extensions).flatMap(({ item, index }) => {
    const [, what] = (typeof item.url === 'string' && DATED.exec(item.url)) || [];
    return what === undefined ? [] : [{ item, index, what }];
  });
  const enroll = dated.find(({ what }) => what === 'enroll');
  const effective = dated.find(({ what }) => what === 'effective');
  if (enroll === undefined || effective === undefined || dated.length !== 2) return undefined;
  const [first, second] = dated.map(({ index }) => index);
  return withItem(withItem(extensions, first!, { ...enroll.item, url: COVERAGE_DATE }), second!, {
    ...effective.item,
    url: COVERAGE_DATE,
  });
};

const asInvoice = (value: JsonObject): JsonObject => ({
  ...value,
  ...(typeof value.reference === 'string' ? { reference: value.reference.replace(/^Bill\//, 'Invoice/') } : {}),
  ...(value.type === 'Bill' ? { type: 'Invoice' } : {}),
});

/** Elements that are left out, that stand beside another one which excludes them, or that go by another name. */
export const elementRewritings: readonly Rewriting[] = [
  leftOut('Claim', 'status', 'active', '`active`'),
  leftOut('Claim', 'use', 'claim', '`claim`'),
  leftOut(
    'Claim',
    'priority',
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
    '`normal`',
  ),
  {
    rule: 'normalized-default',
    elements: ['Claim'],
    sent: 'one `insurance` without `focal`',
    written: '`true`',
    rewrite: value => {
      if (!isJsonObject(value) || !Array.isArray(value.insurance) || value.insurance.length !== 1) return undefined;
      const [only] = value.insurance;
      if (!isJsonObject(only) || only.focal !== undefined || only._focal !== undefined) return undefined;
      return {
        value: { ...value, insurance: [{ ...only, focal: true }] },
        said: 'focal was left out of the only insurance. `true` was added.',
        at: 'insurance[0].focal',
      };
    },
  },
  {
    rule: 'normalized-surplus',
    elements: ['CoverageEligibilityResponse.insurance.item'],
    sent: 'both `category` and `productOrService`, of which R4 allows one (ces-1)',
    written: '`productOrService` alone',
    rewrite: value => {
      if (!isJsonObject(value) || value.category === undefined || value.productOrService === undefined)
        return undefined;
      const { category: _category, ...rest } = value;
      return {
        value: rest,
        said: 'category was taken away: beside productOrService, R4 does not allow it.',
        at: 'category',
      };
    },
  },
  {
    rule: 'normalized-url',
    elements: ['Coverage'],
    sent: 'the extensions `coverage-enroll-date` and `coverage-effective-date` of the later guide',
    written: '`coverage-date` twice, first the day of enrolment, then the day of effect',
    rewrite: value => {
      if (!isJsonObject(value) || !Array.isArray(value.extension)) return undefined;
      const extension = datesInOrder(value.extension);
      const said = `The two dates were written as the extension ${COVERAGE_DATE}: first enrolment, then effect.`;
      return extension === undefined ? undefined : memberWritten(value, 'extension', extension, said);
    },
  },
  {
    rule: 'normalized-reference',
    elements: ['PaymentNotice.request', 'PaymentReconciliation.detail.request'],
    sent: 'the type `Bill`, or a reference like `Bill/<uuid>`',
    written: 'the type `Invoice`, which bills are in R4',
    rewrite: value => {
      if (!isJsonObject(value)) return undefined;
      const isBill = typeof value.reference === 'string' && value.reference.startsWith('Bill/');
      return isBill || value.type === 'Bill'
        ? { value: asInvoice(value), said: 'The type Bill was written as Invoice.' }
        : undefined;
    },
  },
];
