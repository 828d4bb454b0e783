import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { bundle, creation, deletion, named, patching, reading, update, urn } from './bundles.ts';
import { patient } from './resources.ts';

/** A request, as `GET Patient/known` below the base, and what its answer must be. */
export interface Check {
  name: string;
  request: string;
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: JsonObject | string;
  /** Headers of the answer; null for one that must not be there. */
  has?: Readonly<Record<string, string | RegExp | null>>;
  /** Part of the resource that is answered; an empty text for no body. */
  shows?: JsonObject | '';
}

/** Bodies that R4 lets clients send for a person; every one has its own number. */
const person = (more: JsonObject = {}): Resource => patient('C-NEW', more);
export const LONGEST_ID = 'x'.repeat(64);
const FHIR_JSON = 'application/fhir+json; charset=utf-8';
const ETAG = /^W\/"\d+"$/;
const DATE = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const LOCATION = /^http:\/\/[^/]+\/fhir\/Patient\/[A-Za-z0-9\-.]{1,64}\/_history\/\d+$/;
const OUTCOME = { resourceType: 'OperationOutcome' };
const KNOWN = { resourceType: 'Patient', id: 'known' };
const PAGE = { resourceType: 'Bundle', type: 'searchset' };
const HISTORY = { resourceType: 'Bundle', type: 'history' };
const VERSIONED = { etag: ETAG, 'last-modified': DATE };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

const check = (
  name: string,
  request: string,
  status: number,
  more: Omit<Check, 'name' | 'request' | 'status'> = {},
) => ({
  name,
  request,
  status,
  ...more,
});

const reads: readonly Check[] = [
  check('read', 'GET Patient/known', 200, {
    has: { ...VERSIONED, etag: 'W/"2"', 'content-type': FHIR_JSON, location: null },
    shows: { ...KNOWN, meta: { versionId: '2' } },
  }),
  check('read with a slash at the end', 'GET Patient/known/', 200, { shows: KNOWN }),
  check('read, percent-encoded', 'GET Patient/%6Bnown', 200, { shows: KNOWN }),
  check('read of the longest id', `GET Patient/${LONGEST_ID}`, 200, { shows: { id: LONGEST_ID } }),
  check('read of an id that is too long', `GET Patient/${LONGEST_ID}x`, 400),
  check('read of an id with other characters', 'GET Patient/a_b', 400),
  check('read of an id with a blank', 'GET Patient/a%20b', 400),
  check('read of an id far too long', `GET Patient/${'x'.repeat(500)}`, 400),
  check('read of broken percent-encoding', 'GET Patient/%E0%A4%A', 400),
  check('read of what never was', 'GET Patient/never-was', 404, { has: { etag: null } }),
  check('read of what is deleted', 'GET Patient/gone', 410, { has: { etag: 'W/"2"' } }),
  check('read of a type of no FHIR', 'GET Nonsense/1', 404),
  check('read of a type in small letters', 'GET patient/known', 404),
  check('read of a type that is not enabled', 'GET Observation/1', 404),
  check('HEAD of a resource', 'HEAD Patient/known', 200, {
    has: { ...VERSIONED, 'content-length': /^[1-9]/ },
    shows: '',
  }),
  check('HEAD of what never was', 'HEAD Patient/never-was', 404, { shows: '' }),
  check('HEAD of what is deleted', 'HEAD Patient/gone', 410, { shows: '' }),
  check('HEAD of a search', 'HEAD Patient?_count=1', 200, { shows: '' }),
  check('vread of the first version', 'GET Patient/known/_history/1', 200, {
    has: { ...VERSIONED, etag: 'W/"1"' },
    shows: { ...KNOWN, meta: { versionId: '1' } },
  }),
  check('vread of the newest version', 'GET Patient/known/_history/2', 200, { has: { etag: 'W/"2"' } }),
  check('vread of a version that never was', 'GET Patient/known/_history/99', 404),
  check('vread of a version that cannot be', 'GET Patient/known/_history/abc', 404),
  check('vread of what never was', 'GET Patient/never-was/_history/1', 404),
  check('vread before the deletion', 'GET Patient/gone/_history/1', 200, { shows: { id: 'gone' } }),
  check('vread of the deletion', 'GET Patient/gone/_history/2', 410),
  check('vread of what was brought back', 'GET Patient/back/_history/2', 410),
  check('read of what was brought back', 'GET Patient/back', 200, { has: { etag: 'W/"3"' } }),
  check('a part by _elements', 'GET Patient/known?_elements=gender', 200, { shows: { gender: 'female' } }),
  check('a part by _summary', 'GET Patient/known?_summary=true', 200, { shows: { id: 'known' } }),
  check('_summary of no kind', 'GET Patient/known?_summary=maybe', 400),
  check('an unknown parameter of a read', 'GET Patient/known?_element=name', 400, { shows: OUTCOME }),
  check('the same where it is to be passed over', 'GET Patient/known?nonsense=1', 200, {
    shows: KNOWN,
    headers: { prefer: 'handling=lenient' },
  }),
];

const conditions: readonly Check[] = [
  ['the newest version', 'W/"2"', 304],
  ['a strong tag', '"2"', 304],
  ['several versions', 'W/"1", W/"2"', 304],
  ['any version', '*', 304],
  ['an earlier version', 'W/"1"', 200],
  ['what is no tag', 'nonsense', 200],
].map(([name, tag, status]) =>
  check(`If-None-Match: ${name}`, 'GET Patient/known', status as number, {
    headers: { 'if-none-match': tag as string },
    has: { etag: 'W/"2"' },
    ...(status === 304 ? { shows: '' } : {}),
  }),
);

const times: readonly Check[] = [
  ['a later time', 'Fri, 01 Jan 2100 00:00:00 GMT', 304],
  ['an earlier time', 'Sat, 01 Jan 2000 00:00:00 GMT', 200],
  ['what is no time', 'yesterday', 200],
].map(([name, time, status]) =>
  check(`If-Modified-Since: ${name}`, 'GET Patient/known', status as number, {
    headers: { 'if-modified-since': time as string },
  }),
);

const forms: readonly Check[] = [
  ...['application/fhir+json', 'application/json', 'application/fhir+json; fhirVersion=4.0', '*/*', 'application/*'],
  'application/fhir+json;q=0.9, text/html;q=0.1',
  'text/html, application/json;q=0.5',
  'APPLICATION/FHIR+JSON',
  'application/fhir+json;charset=utf-8',
].map(accept =>
  check(`Accept: ${accept}`, 'GET Patient/known', 200, { headers: { accept }, has: { 'content-type': FHIR_JSON } }),
);

const refusedForms: readonly Check[] = [
  'text/plain',
  'image/png',
  'application/fhir+json; fhirVersion=3.0',
  'application/fhir+json; fhirVersion=5.0',
  'application/fhir+json;q=0',
  '*/*;q=0',
].map(accept => check(`Accept: ${accept}`, 'GET Patient/known', 406, { headers: { accept } }));

const formats: readonly Check[] = [
  ...['json', 'application/json', 'application/fhir%2Bjson', 'application/fhir+json'].map(format =>
    check(`_format=${format}`, `GET Patient/known?_format=${format}`, 200, { shows: KNOWN }),
  ),
  check('_format before Accept', 'GET Patient/known?_format=json', 200, { headers: { accept: 'text/plain' } }),
  check('_format of no kind', 'GET Patient/known?_format=yaml', 406),
  check('_format of a search', 'GET Patient?_format=json&_count=1', 200, { shows: PAGE }),
  check('_format of /metadata', 'GET metadata?_format=json', 200, { shows: { resourceType: 'CapabilityStatement' } }),
  check('_pretty', 'GET Patient/known?_pretty=true', 200, { shows: KNOWN }),
  check('_format of a create', 'POST Patient?_format=json', 201, { body: person() }),
];

const creates: readonly Check[] = [
  check('create', 'POST Patient', 201, {
    body: person(),
    has: { ...VERSIONED, etag: 'W/"1"', location: LOCATION },
    shows: { resourceType: 'Patient', meta: { versionId: '1' } },
  }),
  check('create with an id, which is passed over', 'POST Patient', 201, {
    body: person({ id: 'chosen', meta: { versionId: '77' } }),
    has: { etag: 'W/"1"', location: /^(?!.*chosen)/ },
  }),
  check('create with a slash at the end', 'POST Patient/', 201, { body: person() }),
  check('create, application/json', 'POST Patient', 201, {
    body: person(),
    headers: { 'content-type': 'application/json' },
  }),
  check('create, with fhirVersion', 'POST Patient', 201, {
    body: person(),
    headers: { 'content-type': 'application/fhir+json; charset=UTF-8; fhirVersion=4.0' },
  }),
  check('create of another FHIR version', 'POST Patient', 415, {
    body: person(),
    headers: { 'content-type': 'application/fhir+json; fhirVersion=3.0' },
  }),
  check('create in another character set', 'POST Patient', 415, {
    body: person(),
    headers: { 'content-type': 'application/fhir+json; charset=latin1' },
  }),
  check('create as text', 'POST Patient', 415, { body: person(), headers: { 'content-type': 'text/plain' } }),
  check('create as a form', 'POST Patient', 415, { body: 'family=Sadiki', headers: FORM }),
  check('create in an unknown encoding', 'POST Patient', 415, {
    body: person(),
    headers: { 'content-encoding': 'lzma' },
  }),
  check('create of broken gzip', 'POST Patient', 400, { body: person(), headers: { 'content-encoding': 'gzip' } }),
  check('create of broken JSON', 'POST Patient', 400, { body: '{"resourceType":"Patient"' }),
  check('create of nothing', 'POST Patient', 400, { body: '' }),
  check('create of an array', 'POST Patient', 400, { body: '[]' }),
  check('create without resourceType', 'POST Patient', 400, { body: '{"gender":"female"}' }),
  check('create of another type', 'POST Patient', 400, { body: { resourceType: 'Basic', code: { text: 'a' } } }),
  check('create of an unknown element', 'POST Patient', 422, { body: person({ nonsense: 1 }) }),
  check('create of a wrong code', 'POST Patient', 422, { body: person({ gender: 'woman' }) }),
  check('create of a date that is none', 'POST Patient', 422, { body: person({ birthDate: '1990-13-01' }) }),
  check('create of an empty element', 'POST Patient', 422, { body: person({ name: [] }) }),
  check('create that refers to nothing', 'POST Basic', 422, {
    body: { resourceType: 'Basic', code: { text: 'a' }, subject: { reference: 'Patient/never-was' } },
  }),
  check('create of a type of no FHIR', 'POST Nonsense', 404, { body: { resourceType: 'Nonsense' } }),
  check('create of a type that is not enabled', 'POST Observation', 404, { body: { resourceType: 'Observation' } }),
  check('create at an id', 'POST Patient/known', 405, { body: person(), has: { allow: /PUT/ } }),
  check('Prefer: return=minimal', 'POST Patient', 201, {
    body: person(),
    headers: { prefer: 'return=minimal' },
    has: { location: LOCATION, etag: ETAG },
    shows: '',
  }),
  check('Prefer: return=representation', 'POST Patient', 201, {
    body: person(),
    headers: { prefer: 'return=representation' },
    shows: { resourceType: 'Patient' },
  }),
  check('Prefer: return=OperationOutcome', 'POST Patient', 201, {
    body: person(),
    headers: { prefer: 'return=OperationOutcome' },
    has: { location: LOCATION },
    shows: OUTCOME,
  }),
  check('Prefer: several', 'POST Patient', 201, {
    body: person(),
    headers: { prefer: 'handling=lenient, return=minimal' },
    shows: '',
  }),
  check('Prefer: of no kind', 'POST Patient', 201, { body: person(), headers: { prefer: 'return=everything' } }),
  check('If-None-Exist that matches nothing', 'POST Patient', 201, {
    body: person(),
    headers: { 'if-none-exist': 'identifier=C-NOBODY' },
    has: { location: LOCATION },
  }),
  check('If-None-Exist that matches one', 'POST Patient', 200, {
    body: person(),
    headers: { 'if-none-exist': 'identifier=C-KNOWN' },
    has: { etag: 'W/"2"' },
    shows: KNOWN,
  }),
  check('If-None-Exist with a question mark', 'POST Patient', 200, {
    body: person(),
    headers: { 'if-none-exist': '?identifier=C-KNOWN' },
    shows: KNOWN,
  }),
  check('If-None-Exist with the type', 'POST Patient', 200, {
    body: person(),
    headers: { 'if-none-exist': 'Patient?identifier=C-KNOWN' },
    shows: KNOWN,
  }),
  check('If-None-Exist that matches several', 'POST Patient', 412, {
    body: person(),
    headers: { 'if-none-exist': 'identifier=C-TWICE' },
  }),
  check('If-None-Exist by an unknown parameter', 'POST Patient', 400, {
    body: person(),
    headers: { 'if-none-exist': 'nonsense=1' },
  }),
  check('If-None-Exist that is empty', 'POST Patient', 400, { body: person(), headers: { 'if-none-exist': '' } }),
];

const updates: readonly Check[] = [
  check('update', 'PUT Patient/changed', 200, {
    body: patient('C-CHANGED', { id: 'changed', active: false }),
    has: { ...VERSIONED, etag: 'W/"2"' },
    shows: { id: 'changed', active: false },
  }),
  check('update that changes nothing', 'PUT Patient/same', 200, {
    body: patient('C-SAME', { id: 'same' }),
    has: { etag: 'W/"1"' },
  }),
  check('update as create', 'PUT Patient/new-one', 201, {
    body: patient('C-NEW-ONE', { id: 'new-one' }),
    has: { etag: 'W/"1"', location: /\/fhir\/Patient\/new-one\/_history\/1$/ },
  }),
  check('update of another id', 'PUT Patient/known', 400, { body: person({ id: 'other' }) }),
  check('update without an id in the body', 'PUT Patient/known', 400, { body: person() }),
  check('update of another type', 'PUT Patient/known', 400, { body: { resourceType: 'Basic', id: 'known' } }),
  check('update of an id that cannot be', 'PUT Patient/a_b', 400, { body: person({ id: 'a_b' }) }),
  check('update of what is not valid', 'PUT Patient/known', 422, { body: person({ id: 'known', gender: 'woman' }) }),
  check('update as text', 'PUT Patient/known', 415, { body: 'x', headers: { 'content-type': 'text/plain' } }),
  check('update without a body', 'PUT Patient/known', 400, { body: '' }),
  check('update under another version', 'PUT Patient/known', 412, {
    body: person({ id: 'known' }),
    headers: { 'if-match': 'W/"1"' },
  }),
  check('update under its version', 'PUT Patient/matched', 200, {
    body: patient('C-MATCHED', { id: 'matched', active: true }),
    headers: { 'if-match': 'W/"1"' },
    has: { etag: 'W/"2"' },
  }),
  check('update under a version of what is not there', 'PUT Patient/nobody', 412, {
    body: person({ id: 'nobody' }),
    headers: { 'if-match': 'W/"1"' },
  }),
  check('update of what must not be there yet, but is', 'PUT Patient/known', 412, {
    body: person({ id: 'known' }),
    headers: { 'if-none-match': '*' },
  }),
  check('update of what must not be there yet', 'PUT Patient/only-new', 201, {
    body: patient('C-ONLY-NEW', { id: 'only-new' }),
    headers: { 'if-none-match': '*' },
  }),
  check('update unless it is another version', 'PUT Patient/known', 400, {
    body: person({ id: 'known' }),
    headers: { 'if-none-match': 'W/"1"' },
  }),
  check('update under what is no version', 'PUT Patient/known', 400, {
    body: person({ id: 'known' }),
    headers: { 'if-match': 'nonsense' },
  }),
  check('un-delete', 'PUT Patient/revived', 201, {
    body: patient('C-REVIVED', { id: 'revived' }),
    has: { etag: 'W/"3"', location: /\/Patient\/revived\/_history\/3$/ },
  }),
  check('update of a type of no FHIR', 'PUT Nonsense/1', 404, { body: { resourceType: 'Nonsense', id: '1' } }),
  check('conditional update of one', 'PUT Patient?identifier=C-CONDITION', 200, {
    body: patient('C-CONDITION', { active: true }),
    has: { etag: 'W/"2"' },
    shows: { id: 'condition' },
  }),
  check('conditional update of none', 'PUT Patient?identifier=C-ABSENT', 201, {
    body: patient('C-ABSENT'),
    has: { location: LOCATION },
  }),
  check('conditional update of several', 'PUT Patient?identifier=C-TWICE', 412, { body: patient('C-TWICE') }),
  check('conditional update with another id', 'PUT Patient?identifier=C-KNOWN', 400, {
    body: patient('C-KNOWN', { id: 'other' }),
  }),
  check('conditional update by nothing', 'PUT Patient', 400, { body: person() }),
  check('conditional update by an unknown parameter', 'PUT Patient?nonsense=1', 400, { body: person() }),
];

const replaceGender = JSON.stringify([{ op: 'replace', path: '/gender', value: 'male' }]);
const setGender = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'Patient.gender' },
        { name: 'value', valueCode: 'other' },
      ],
    },
  ],
};

const patches: readonly Check[] = [
  check('JSON Patch', 'PATCH Patient/patched', 200, {
    body: replaceGender,
    headers: JSON_PATCH,
    has: VERSIONED,
    shows: { gender: 'male' },
  }),
  check('JSON Merge Patch', 'PATCH Patient/merged', 200, {
    body: '{"gender":"male"}',
    headers: MERGE_PATCH,
    shows: { gender: 'male' },
  }),
  check('FHIRPath Patch', 'PATCH Patient/pathed', 200, { body: setGender, shows: { gender: 'other' } }),
  check('conditional patch', 'PATCH Patient?identifier=C-BY-NUMBER', 200, {
    body: replaceGender,
    headers: JSON_PATCH,
    shows: { gender: 'male' },
  }),
  check('conditional patch of several', 'PATCH Patient?identifier=C-TWICE', 412, {
    body: replaceGender,
    headers: JSON_PATCH,
  }),
  check('conditional patch of none', 'PATCH Patient?identifier=C-NOBODY', 404, {
    body: replaceGender,
    headers: JSON_PATCH,
  }),
  check('patch of what never was', 'PATCH Patient/never-was', 404, { body: replaceGender, headers: JSON_PATCH }),
  check('patch of what is deleted', 'PATCH Patient/gone', 410, { body: replaceGender, headers: JSON_PATCH }),
  check('patch of no known type', 'PATCH Patient/known', 415, {
    body: replaceGender,
    headers: { 'content-type': 'text/plain' },
    has: { 'accept-patch': /json-patch/ },
  }),
  check('patch that is none', 'PATCH Patient/known', 400, { body: '{"op":"replace"}', headers: JSON_PATCH }),
  check('patch whose test fails', 'PATCH Patient/known', 409, {
    body: '[{"op":"test","path":"/gender","value":"male"}]',
    headers: JSON_PATCH,
  }),
  check('patch to what is not valid', 'PATCH Patient/known', 422, { body: '{"gender":"woman"}', headers: MERGE_PATCH }),
  check('patch of the id', 'PATCH Patient/known', 400, { body: '{"id":"other"}', headers: MERGE_PATCH }),
  check('patch under another version', 'PATCH Patient/known', 412, {
    body: replaceGender,
    headers: { ...JSON_PATCH, 'if-match': 'W/"1"' },
  }),
];

const deletions: readonly Check[] = [
  check('delete', 'DELETE Patient/ended', 204, { shows: '' }),
  check('delete of what is deleted', 'DELETE Patient/gone', 204, { shows: '' }),
  check('delete of what never was', 'DELETE Patient/never-was', 204, { shows: '' }),
  check('delete under another version', 'DELETE Patient/known', 412, { headers: { 'if-match': 'W/"1"' } }),
  check('delete of what others refer to', 'DELETE Patient/referred', 409),
  check('delete of an id that cannot be', 'DELETE Patient/a_b', 400),
  check('conditional delete of one', 'DELETE Patient?identifier=C-ENDED-TOO', 204),
  check('conditional delete of none', 'DELETE Patient?identifier=C-NOBODY', 204),
  check('conditional delete of several', 'DELETE Patient?identifier=C-TWICE', 412),
  check('conditional delete by nothing', 'DELETE Patient', 400),
  check('conditional delete by an unknown parameter', 'DELETE Patient?nonsense=1', 400),
  check('delete at the base', 'DELETE ', 405),
];

const histories: readonly Check[] = [
  check('history of one', 'GET Patient/known/_history', 200, {
    shows: { ...HISTORY, total: 2, entry: [{ request: { method: 'PUT' } }, { request: { method: 'PUT' } }] },
  }),
  check('history of what is deleted', 'GET Patient/gone/_history', 200, {
    shows: { total: 2, entry: [{ request: { method: 'DELETE', url: 'Patient/gone' } }, { resource: { id: 'gone' } }] },
  }),
  check('history of what never was', 'GET Patient/never-was/_history', 404),
  check('history of a type', 'GET Patient/_history?_count=2', 200, {
    shows: { ...HISTORY, link: [{ relation: 'self' }, { relation: 'first' }, { relation: 'next' }] },
  }),
  check('history of all', 'GET _history?_count=1', 200, { shows: HISTORY }),
  check('history since', 'GET Patient/known/_history?_since=2100-01-01T00:00:00Z', 200, { shows: { total: 0 } }),
  check('history since what is no time', 'GET Patient/known/_history?_since=yesterday', 400),
  check('history with a count of no kind', 'GET Patient/known/_history?_count=many', 400),
  check('history of a type of no FHIR', 'GET Nonsense/_history', 404),
];

const searches: readonly Check[] = [
  check('search', 'GET Patient?identifier=C-KNOWN', 200, {
    has: { 'content-type': FHIR_JSON },
    shows: {
      ...PAGE,
      total: 1,
      link: [{ relation: 'self' }, { relation: 'first' }],
      entry: [{ resource: KNOWN, search: { mode: 'match' } }],
    },
  }),
  check('search that finds nothing', 'GET Patient?identifier=C-NOBODY', 200, { shows: { ...PAGE, total: 0 } }),
  check('search by id', 'GET Patient?_id=known', 200, { shows: { total: 1 } }),
  check('search by ids', 'GET Patient?_id=known,same', 200, { shows: { total: 2 } }),
  check('search for what is deleted', 'GET Patient?_id=gone', 200, { shows: { total: 0 } }),
  check('POST _search', 'POST Patient/_search', 200, {
    body: 'identifier=C-KNOWN',
    headers: FORM,
    shows: { ...PAGE, total: 1 },
  }),
  check('POST _search, with query parameters', 'POST Patient/_search?gender=female', 200, {
    body: '_id=known',
    headers: FORM,
    shows: { total: 1 },
  }),
  check('POST _search, without a body', 'POST Patient/_search', 200, { body: '', headers: FORM, shows: PAGE }),
  check('POST _search as JSON', 'POST Patient/_search', 415, { body: '{}' }),
  check('GET _search', 'GET Patient/_search', 405, { has: { allow: /POST/ } }),
  check('unknown parameter', 'GET Patient?nonsense=1', 400),
  check('unknown parameter, strict', 'GET Patient?nonsense=1', 400, { headers: { prefer: 'handling=strict' } }),
  check('unknown parameter, lenient', 'GET Patient?nonsense=1&_id=known', 200, {
    headers: { prefer: 'handling=lenient' },
    shows: { total: 1 },
  }),
  check('unknown modifier', 'GET Patient?family:nonsense=a', 400),
  check('date that is none', 'GET Patient?birthdate=soon', 400),
  check('_summary=count', 'GET Patient?_summary=count', 200, { shows: PAGE }),
  check('_count=0', 'GET Patient?_count=0', 200, { shows: PAGE }),
  check('_count below 0', 'GET Patient?_count=-1', 400),
  check('_count of no kind', 'GET Patient?_count=many', 400),
  check('_count=1', 'GET Patient?_count=1', 200, {
    shows: { link: [{ relation: 'self' }, { relation: 'first' }, { relation: 'next' }] },
  }),
  check('_sort', 'GET Patient?_sort=-_lastUpdated', 200, { shows: PAGE }),
  check('_sort by what is unknown', 'GET Patient?_sort=nonsense', 400),
  check('_total', 'GET Patient?_total=accurate&_count=1', 200, { shows: PAGE }),
  check('_elements', 'GET Patient?_id=known&_elements=gender', 200, { shows: { total: 1 } }),
  check('_lastUpdated', 'GET Patient?_lastUpdated=gt2000&_id=known', 200, { shows: { total: 1 } }),
  check('search of a type of no FHIR', 'GET Nonsense?_id=1', 404),
  check('search of all types', 'GET ?_type=Patient&_id=known', 200, { shows: { ...PAGE, total: 1 } }),
  check('search with a changed page link', 'GET Patient?_cursor=nonsense', 400),
];

const batches: readonly Check[] = [
  check('batch', 'POST ', 200, {
    body: bundle('batch', creation(patient('C-BATCH')), reading('Patient/never-was'), reading('Patient/known')),
    shows: {
      resourceType: 'Bundle',
      type: 'batch-response',
      entry: [
        { response: { status: '201 Created', etag: 'W/"1"' } },
        { response: { status: '404 Not Found', outcome: OUTCOME } },
        { response: { status: '200 OK' }, resource: KNOWN },
      ],
    },
  }),
  check('batch without entries', 'POST ', 200, { body: bundle('batch'), shows: { type: 'batch-response' } }),
  check('transaction', 'POST ', 200, {
    body: bundle(
      'transaction',
      named(urn(1), creation(patient('C-TRANSACTION'))),
      creation({ resourceType: 'Basic', code: { text: 'a' }, subject: { reference: urn(1) } }),
      update(patient('C-UNIT', { id: 'in-unit' })),
      deletion('Patient/never-was'),
      reading('Patient?_id=known'),
    ),
    shows: {
      resourceType: 'Bundle',
      type: 'transaction-response',
      entry: [
        { response: { status: '201 Created' } },
        { response: { status: '201 Created' } },
        { response: { status: '201 Created' } },
        { response: { status: '204 No Content' } },
        { resource: { ...PAGE, total: 1 } },
      ],
    },
  }),
  check('transaction without entries', 'POST ', 200, {
    body: bundle('transaction'),
    shows: { type: 'transaction-response' },
  }),
  check('transaction with a bad entry', 'POST ', 422, {
    body: bundle('transaction', creation(person({ gender: 'woman' }))),
    shows: OUTCOME,
  }),
  check('transaction about one resource twice', 'POST ', 400, {
    body: bundle('transaction', update(person({ id: 'twice' })), deletion('Patient/twice')),
  }),
  check('transaction under another version', 'POST ', 412, {
    body: bundle('transaction', update(person({ id: 'known' }), { ifMatch: 'W/"1"' })),
  }),
  check('transaction with ifNoneExist', 'POST ', 200, {
    body: bundle('transaction', creation(person(), { ifNoneExist: 'identifier=C-KNOWN' })),
    shows: { entry: [{ response: { status: '200 OK', etag: 'W/"2"' } }] },
  }),
  check('transaction with a patch', 'POST ', 200, {
    body: bundle('transaction', patching('Patient/in-bundle', [{ op: 'replace', path: '/gender', value: 'male' }])),
    shows: { entry: [{ response: { status: '200 OK' } }] },
  }),
  check('transaction without representations', 'POST ', 200, {
    body: bundle('transaction', creation(person())),
    headers: { prefer: 'return=minimal' },
    shows: { type: 'transaction-response' },
  }),
  check('transaction whose entry has no request', 'POST ', 400, {
    body: bundle('transaction', { resource: person() }),
  }),
  check('Bundle of another type', 'POST ', 400, { body: bundle('collection', { resource: person() }) }),
  check('no Bundle', 'POST ', 400, { body: person() }),
];

const ORIGIN = 'https://app.example';

const wire: readonly Check[] = [
  check('metadata', 'GET metadata', 200, {
    has: { 'content-type': FHIR_JSON },
    shows: { resourceType: 'CapabilityStatement', kind: 'instance', fhirVersion: '4.0.1' },
  }),
  check('metadata, by POST', 'POST metadata', 405, { body: {}, has: { allow: /GET/ } }),
  check('metadata in its mode', 'GET metadata?mode=full', 200, { shows: { resourceType: 'CapabilityStatement' } }),
  check('OPTIONS of a type', 'OPTIONS Patient', 204, { has: { allow: /^(?=.*GET)(?=.*POST)(?=.*OPTIONS)/ } }),
  check('OPTIONS of a resource', 'OPTIONS Patient/known', 204, { has: { allow: /^(?=.*PUT)(?=.*PATCH)(?=.*DELETE)/ } }),
  check('OPTIONS of the base', 'OPTIONS ', 204, { has: { allow: /POST/ } }),
  check('OPTIONS of a type of no FHIR', 'OPTIONS Nonsense', 404),
  check('an operation', 'GET Patient/known/$meta', 200, { shows: { resourceType: 'Parameters' } }),
  check('an operation of another name', 'GET Patient/known/$nonsense', 404),
  check('$validate', 'POST Patient/$validate', 200, { body: person(), shows: OUTCOME }),
  check('$validate of what is not valid', 'POST Patient/$validate', 200, {
    body: person({ gender: 'woman' }),
    shows: OUTCOME,
  }),
  check('$everything', 'GET Patient/known/$everything', 200, { shows: { resourceType: 'Bundle', type: 'searchset' } }),
  check('nothing at a path', 'GET Patient/known/a/b/c', 404),
  check('another method', 'POST Patient/known/_history', 405, { body: {}, has: { allow: /GET/ } }),
  check('a method instead of another', 'POST Patient', 400, {
    body: person(),
    headers: { 'x-http-method-override': 'PUT' },
  }),
  check('an id of a request', 'GET Patient/known', 200, {
    headers: { 'x-request-id': 'facility-7.1' },
    has: { 'x-request-id': 'facility-7.1' },
  }),
  check('an id of a request that is refused', 'GET Patient/never-was', 404, {
    headers: { 'x-request-id': 'facility-7.2' },
    has: { 'x-request-id': 'facility-7.2' },
  }),
  check('an id of a request that cannot be', 'GET Patient/known', 200, {
    headers: { 'x-request-id': 'a b' },
    has: { 'x-request-id': /^[\w-]+$/ },
  }),
  check('gzip', 'GET metadata', 200, {
    headers: { 'accept-encoding': 'gzip' },
    has: { 'content-encoding': 'gzip', vary: /Accept-Encoding/ },
  }),
  check('brotli', 'GET metadata', 200, {
    headers: { 'accept-encoding': 'br' },
    has: { 'content-encoding': 'br' },
  }),
  check('no encoding', 'GET metadata', 200, { has: { 'content-encoding': null } }),
  check('CORS: an answer', 'GET Patient/known', 200, {
    headers: { origin: ORIGIN },
    has: { 'access-control-allow-origin': ORIGIN, 'access-control-expose-headers': /ETag/ },
  }),
  check('CORS: a refusal', 'GET Patient/never-was', 404, {
    headers: { origin: ORIGIN },
    has: { 'access-control-allow-origin': ORIGIN },
  }),
  check('CORS: asking before', 'OPTIONS Patient/known', 204, {
    headers: { origin: ORIGIN, 'access-control-request-method': 'PUT' },
    has: { 'access-control-allow-methods': /PUT/, 'access-control-allow-headers': /If-Match/ },
  }),
  check('CORS: another origin', 'GET Patient/known', 200, {
    headers: { origin: 'https://evil.example' },
    has: { 'access-control-allow-origin': null },
  }),
];

/**
 * What R4's http.html demands of a server that offers all that `/metadata` lists, one request each. One long table, so that what is
 * missing in it is seen.
 * https://hl7.org/fhir/R4/http.html
 */
export const conformanceChecks: Readonly<Record<string, readonly Check[]>> = {
  reads,
  'conditional reads': [...conditions, ...times],
  forms: [...forms, ...refusedForms, ...formats],
  creates,
  updates,
  patches,
  deletions,
  histories,
  searches,
  bundles: batches,
  'the wire': wire,
};
