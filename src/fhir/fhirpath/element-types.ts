/*
 * What FHIR JSON itself tells about types. The types of most elements stand in the definitions only; the type of a choice element
 * stands in its key (`valueQuantity`), and that of a resource in `resourceType`.
 */

const OPEN =
  'Address Age Annotation Attachment CodeableConcept Coding ContactDetail ContactPoint Contributor Count DataRequirement Distance Dosage Duration Expression HumanName Identifier Meta Money ParameterDefinition Period Quantity Range Ratio Reference RelatedArtifact SampledData Signature Timing TriggerDefinition UsageContext base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string time unsignedInt uri url uuid';

const CHOICE_TYPES: Record<string, string> = {
  abatement: 'Age Period Range dateTime string',
  additive: 'CodeableConcept Reference',
  age: 'Age CodeableConcept Range string',
  allowed: 'CodeableConcept Money boolean string unsignedInt',
  amount: 'Quantity Range Ratio string',
  answer: 'Coding Quantity Reference boolean date dateTime decimal integer string time',
  asNeeded: 'CodeableConcept boolean',
  author: 'Reference string',
  born: 'Period date string',
  bounds: 'Duration Period Range',
  characteristic: 'CodeableConcept Quantity',
  chargeItem: 'CodeableConcept Reference',
  code: 'CodeableConcept Reference',
  collected: 'Period dateTime',
  content: 'Attachment Reference string',
  created: 'Period dateTime',
  date: 'Period dateTime',
  deceased: 'Age Range boolean date dateTime string',
  defaultValue: OPEN,
  definingSubstance: 'CodeableConcept Reference',
  definition: 'CodeableConcept DataRequirement Expression canonical uri',
  detail: 'CodeableConcept Quantity Range Ratio boolean integer string',
  diagnosis: 'CodeableConcept Reference',
  dose: 'Quantity Range',
  doseNumber: 'positiveInt string',
  due: 'Duration date',
  duration: 'Quantity Range',
  effective: 'Period Timing dateTime instant',
  entity: 'CodeableConcept Reference',
  event: 'CodeableConcept Coding Reference dateTime id uri',
  example: 'boolean canonical',
  fastingStatus: 'CodeableConcept Duration',
  fixed: OPEN,
  identified: 'Period dateTime',
  indication: 'CodeableConcept Reference',
  instances: 'Quantity Range',
  item: 'CodeableConcept Reference',
  legallyBinding: 'Attachment Reference',
  location: 'Address CodeableConcept Reference',
  manufacturer: 'Reference string',
  maxValue: 'Quantity date dateTime decimal instant integer positiveInt time unsignedInt',
  medication: 'CodeableConcept Reference',
  minValue: 'Quantity date dateTime decimal instant integer positiveInt time unsignedInt',
  minimumVolume: 'Quantity string',
  module: 'CodeableConcept canonical uri',
  multipleBirth: 'boolean integer',
  name: 'Reference url',
  occurred: 'Period dateTime',
  occurrence: 'Period Timing dateTime string',
  offset: 'Duration Range',
  onset: 'Age Period Range dateTime string',
  participantEffective: 'Duration Period Timing dateTime',
  pattern: OPEN,
  performed: 'Age Period Range dateTime string',
  probability: 'Range decimal',
  procedure: 'CodeableConcept Reference',
  product: 'CodeableConcept Reference',
  quantity: 'Quantity Range Ratio',
  rate: 'Quantity Range Ratio',
  reported: 'Reference boolean',
  scheduled: 'Period Timing string',
  seriesDoses: 'positiveInt string',
  serviced: 'Period date',
  source: 'Attachment Reference canonical uri',
  start: 'CodeableConcept date',
  statusReason: 'CodeableConcept Reference',
  studyEffective: 'Duration Period Timing dateTime',
  subject: 'CodeableConcept Reference',
  substance: 'CodeableConcept Reference',
  target: 'Identifier Reference canonical uri',
  time: 'Period dateTime',
  timing: 'Age Duration Period Range Reference Timing date dateTime',
  topic: 'CodeableConcept Reference',
  used: 'Money string unsignedInt',
  value: OPEN,
  when: 'Period Range',
};

/** One form of a choice element: `value[x]` as a Quantity has the key `valueQuantity`, its twin `_valueQuantity`, the type `Quantity`. */
export interface Choice {
  key: string;
  twin: string;
  type: string;
}

const choices = new Map<string, ReadonlyMap<string, Choice>>();

/** The names of all elements that are a choice of types somewhere in R4, without `[x]`, with their types. */
export const choiceElements: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(CHOICE_TYPES).map(([name, types]) => [name, types.split(' ')]),
);

/**
 * The forms of a choice element by the keys (`valueQuantity` and `_valueQuantity` alike) that they have in JSON; undefined when the
 * name is no choice anywhere in R4. https://hl7.org/fhir/R4/formats.html#choice
 */
export function choicesOf(name: string): ReadonlyMap<string, Choice> | undefined {
  let known = choices.get(name);
  if (known === undefined) {
    const types = choiceElements.get(name);
    if (types === undefined) return undefined;
    const byKey = new Map<string, Choice>();
    for (const type of types) {
      const key = name + type[0]!.toUpperCase() + type.slice(1);
      const choice = { key, twin: `_${key}`, type };
      byKey.set(key, choice).set(choice.twin, choice);
    }
    choices.set(name, byKey);
    known = byKey;
  }
  return known;
}

let typesByKey: Map<string, string> | undefined;

/** The type that a key of a choice element tells (`valueQuantity`: `Quantity`), or undefined when it is not one. */
export function typeOfKey(key: string): string | undefined {
  if (typesByKey === undefined) {
    typesByKey = new Map();
    for (const name of choiceElements.keys())
      for (const choice of choicesOf(name)!.values()) typesByKey.set(choice.key, choice.type);
  }
  return typesByKey.get(key);
}

// the types that are specialized, https://hl7.org/fhir/R4/datatypes.html
const PARENTS = new Map([
  ...['code', 'id', 'markdown'].map(type => [type, 'string'] as const),
  ...['canonical', 'oid', 'url', 'uuid'].map(type => [type, 'uri'] as const),
  ...['positiveInt', 'unsignedInt'].map(type => [type, 'integer'] as const),
  ...['Age', 'Count', 'Distance', 'Duration', 'MoneyQuantity', 'SimpleQuantity'].map(
    type => [type, 'Quantity'] as const,
  ),
  ...[
    'Dosage',
    'ElementDefinition',
    'MarketingStatus',
    'Population',
    'ProdCharacteristic',
    'ProductShelfLife',
    'SubstanceAmount',
    'Timing',
  ].map(type => [type, 'BackboneElement'] as const),
]);
const NOT_IN_CHOICES =
  'Element BackboneElement ElementDefinition Extension MarketingStatus MoneyQuantity Narrative Population ProdCharacteristic ProductShelfLife ' +
  'SimpleQuantity SubstanceAmount xhtml';
const DATA_TYPES = new Set([...OPEN.split(' '), ...NOT_IN_CHOICES.split(' ')]);

/** Whether a name is that of a data type of R4, not of a resource. */
export const isDataType = (name: string): boolean => DATA_TYPES.has(name);

/** Whether values of a data type are also values of another: `Age` of `Quantity`, everything of `Element`. */
export function isSubtype(type: string, of: string): boolean {
  if (of === 'Element') return true;
  for (let each: string | undefined = type; each !== undefined; each = PARENTS.get(each)) if (each === of) return true;
  return false;
}

const WITHOUT_DOMAIN = new Set(['Binary', 'Bundle', 'Parameters']);

/** Whether resources of a type are of another, which may be `Resource` or `DomainResource`. */
export const isResourceSubtype = (type: string, of: string): boolean =>
  type === of || of === 'Resource' || (of === 'DomainResource' && !WITHOUT_DOMAIN.has(type));
