import { expect, it } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import { createElementShapes } from './element-shapes.ts';
import { readXml } from './read-xml.ts';

const folder = new URL('../../profiles/r4', import.meta.url).pathname;
const shapes = createElementShapes(loadDefinitions({ folders: [folder], packages: [] }));
const read = (xml: string | Buffer): string => readXml(shapes, Buffer.from(xml), 64);
const patient = (content: string): string => `<Patient xmlns="http://hl7.org/fhir">${content}</Patient>`;

it.each([
  ['repeating elements are arrays', '<given value="A"/><given value="B"/>', '{"given":["A","B"]}'],
  ['an id alone has no value', '<given id="g"/><given value="B"/>', '{"given":[null,"B"],"_given":[{"id":"g"},null]}'],
  ['entities stand for characters', '<family value="a&amp;b &lt;&#x41;&#66;&quot;"/>', '{"family":"a&b <AB\\""}'],
  ['line ends in values are blanks', '<family value="a\r\nb\tc"/>', '{"family":"a b c"}'],
  ['comments are passed over', '<!-- - --><family value="a"/><?style x?>', '{"family":"a"}'],
])('%s', (_what, content, expected) => {
  expect(JSON.parse(read(patient(`<name>${content}</name>`))).name).toEqual([JSON.parse(expected)]);
});

it('numbers keep the form they were written in', () => {
  const xml = `<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="1.10"/></valueQuantity></Observation>`;
  expect(read(xml)).toBe('{"resourceType":"Observation","valueQuantity":{"value":1.10}}');
});

it('a prefix for the namespace of FHIR, a declaration and a byte order mark are taken', () => {
  const xml = `\uFEFF<?xml version="1.0" encoding="utf-8"?>\n<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>\n`;
  expect(read(xml)).toBe('{"resourceType":"Patient","active":true}');
});

it('narrative is taken as it is', () => {
  const div = '<div xmlns="http://www.w3.org/1999/xhtml">\r\n <p title=\'a\'>x &#160; y<br/></p> <!-- c --></div>';
  const { text } = JSON.parse(read(patient(`<text><status value="generated"/> ${div} </text>`)));
  expect(text.div).toBe(div);
});

it('resources stand in resources', () => {
  const contained = '<contained><Organization><id value="o"/></Organization></contained>';
  expect(JSON.parse(read(patient(contained))).contained).toEqual([{ resourceType: 'Organization', id: 'o' }]);
});

const XHTML = 'xmlns="http://www.w3.org/1999/xhtml"';

it.each([
  ['', 'xml-malformed', 'ends too early'],
  ['no xml', 'xml-malformed', 'outside of the outermost element'],
  ['<Patient', 'xml-malformed', 'broken here'],
  [patient('').replace('</Patient>', ''), 'xml-malformed', 'ends too early'],
  [`${patient('<active value="true"/>')}<Patient/>`, 'xml-malformed', 'more than one outermost'],
  [`${patient('<active value="true"/>')} x`, 'xml-malformed', 'outside of the outermost'],
  [patient('<active value="true"></activ>'), 'xml-malformed', '`active` must end'],
  [patient('<active value="true" value="false"/>'), 'xml-malformed', 'there twice'],
  [patient('<active value=true/>'), 'xml-malformed', 'broken here'],
  [patient('<language value="&nbsp;"/>'), 'xml-malformed', 'no entity of XML'],
  [patient('<language value="&#0;"/>'), 'xml-malformed', 'no entity of XML'],
  [patient('<language value="a & b"/>'), 'xml-malformed', 'no entity of XML'],
  [patient('<language value="a\u0001"/>'), 'xml-malformed', 'control characters'],
  [patient('<!-- a -- b -->'), 'xml-malformed', 'comment'],
  [patient('<x:active value="true"/>'), 'xml-malformed', 'prefix `x`'],
  [`<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${patient('')}`, 'xml-malformed', 'DOCTYPE'],
  [`<?xml version="1.0" encoding="ISO-8859-1"?>${patient('')}`, 'xml-malformed', 'UTF-8'],
  [patient('<extension url="a">'.repeat(2000)), 'xml-malformed', '164 deep'],
  [Buffer.from([60, 0xff, 62]), 'xml-malformed', 'UTF-8'],
  ['<Patient><active value="true"/></Patient>', 'xml-not-fhir', 'xmlns="http://hl7.org/fhir"'],
  ['<Patient xmlns="http://hl7.org/fhir/"/>', 'xml-not-fhir', 'xmlns="http://hl7.org/fhir"'],
  ['<Patiant xmlns="http://hl7.org/fhir"/>', 'xml-not-fhir', 'no resource `Patiant`'],
  [patient('<activ value="true"/>'), 'xml-not-fhir', 'Did you mean `active`?'],
  [
    patient('<birthDate value="2000-01-01"/><active value="true"/>'),
    'xml-not-fhir',
    'active must stand before birthDate',
  ],
  [patient('<active value="true"/><active value="true"/>'), 'xml-not-fhir', 'there twice'],
  [patient('<active/>'), 'xml-not-fhir', 'Patient.active has no value'],
  [patient('<active value="yes"/>'), 'xml-not-fhir', 'true or false'],
  [patient('<multipleBirthInteger value="01"/>'), 'xml-not-fhir', 'must be a number'],
  [patient('<active>true</active>'), 'xml-not-fhir', 'There is text in `active`'],
  [patient('<active valeu="true"/>'), 'xml-not-fhir', 'no attribute `valeu`'],
  [patient('<name value="a"/>'), 'xml-not-fhir', 'Patient.name has no value, but elements'],
  [patient('<name/>'), 'xml-not-fhir', 'Patient.name is empty'],
  [patient('<extension><url value="a"/></extension>'), 'xml-not-fhir', 'is an attribute'],
  [patient('<active value="true"><period/></active>'), 'xml-not-fhir', 'only extensions'],
  [patient('<contained/>'), 'xml-not-fhir', 'is empty'],
  [patient('<text><status value="generated"/><div>a</div></text>'), 'xml-not-fhir', 'must be XHTML'],
  [patient(`<text><status value="generated"/><x:div xmlns:x="a">a</x:div></text>`), 'xml-not-fhir', 'must be XHTML'],
  [patient(`<text><div ${XHTML}>a</b></div></text>`), 'xml-malformed', '`div` must end'],
  [patient(`<text><div ${XHTML}><![CDATA[a]]></div></text>`), 'xml-malformed', 'CDATA'],
])('%j is %s: %s', (xml, rule, text) => {
  let thrown: unknown;
  try {
    read(xml);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(FhirError);
  const { status, issues } = thrown as FhirError;
  expect({ status, rule: issues[0]?.rule, text: issues[0]?.diagnostics }).toEqual({
    status: 400,
    rule,
    text: expect.stringContaining(text),
  });
});

it('names line and column', () => {
  expect(() => read(`<Patient xmlns="http://hl7.org/fhir">\n  <activ value="true"/>\n</Patient>`)).toThrow(
    'line 2, column 3',
  );
});
