const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';

/** What stands in nearly every body, the most frequent last, where it costs least to refer to. */
const FRAGMENTS = [
  `","contentType":"image/jpeg","data":"","performer":[{"onBehalfOf":`,
  `"gender":"female","gender":"male","birthDate":"19","maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]}`,
  `"telecom":[{"system":"phone","value":"+"},{"system":"email","value":"`,
  `"name":[{"use":"official","family":"","given":["`,
  `"address":[{"extension":[{"url":"${OPENIMIS}/StructureDefinition/address-municipality","valueString":""},{"url":"${OPENIMIS}/StructureDefinition/address-location-reference","valueReference":{"reference":"Location/"}}],"use":"home","type":"physical","city":"","district":"","state":"`,
  `"extension":[{"url":"${OPENIMIS}/StructureDefinition/patient-is-head","valueBoolean":true},{"url":"${OPENIMIS}/StructureDefinition/patient-group-reference","valueReference":{"reference":"Group/"}}]`,
  `"policyHolder":{"reference":"Patient/"},"beneficiary":{"reference":"Patient/"},"payor":[{"reference":"`,
  `"class":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/coverage-class","code":"plan"}]},"value":"","name":"`,
  `"extension":[{"url":"${OPENIMIS}/StructureDefinition/coverage-date","valueDate":"20`,
  `"purpose":["benefits"],"outcome":"complete","disposition":"","inforce":true,"benefitPeriod":{"start":"20`,
  `"benefit":[{"type":{"coding":[{"system":"${OPENIMIS}/CodeSystem/coverage-item-benefit-type","code":"","allowedMoney":{"value":,"allowedUnsignedInt":`,
  `"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><table><tbody><tr><td></td><td></td></tr></tbody></table></div>"}`,
  `"priority":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/processpriority","code":"normal"}]}`,
  `"supportingInfo":[{"sequence":1,"category":{"coding":[{"system":"${OPENIMIS}/CodeSystem/claim-supporting-info-category","code":"explanation"}]},"valueString":"`,
  `"diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"system":"${OPENIMIS}/CodeSystem/diagnosis-ICD10-level1","code":"`,
  `"insurance":[{"sequence":1,"focal":true,"coverage":{"reference":"Coverage/`,
  `"billablePeriod":{"start":"20","end":"20"},"created":"20","period":{"start":"20","end":"20`,
  `"enterer":{"reference":"Practitioner/"},"provider":{"reference":"Organization/"},"patient":{"reference":"Patient/"},"requestor":{"reference":"Practitioner/"},"insurer":{"reference":"Organization/openIMIS-Implementation"},"request":{"reference":"Claim/`,
  `"status":"active","type":{"coding":[{"system":"${OPENIMIS}/CodeSystem/claim-visit-type","code":"O"}]},"use":"claim","outcome":"queued"`,
  `"identifier":[{"type":{"coding":[{"system":"${OPENIMIS}/CodeSystem/openimis-identifiers","code":"UUID"}]},"value":""},{"type":{"coding":[{"system":"${OPENIMIS}/CodeSystem/openimis-identifiers","code":"Code"}]},"value":"`,
  `,"profile":["${OPENIMIS}/StructureDefinition/openimis-`,
  `"total":[{"category":{"coding":[{"system":"${OPENIMIS}/CodeSystem/claim-status","code":"2"}]},"amount":{"value":,"currency":"USD"}}]`,
  `"item":[{"extension":[{"url":"${OPENIMIS}/StructureDefinition/claim-item-reference","valueReference":{"reference":"Medication/"}}],"sequence":1,"category":{"coding":[{"system":"${OPENIMIS}/CodeSystem/claim-item-category","code":"item","display":"Item"}]},"productOrService":{"text":""},"quantity":{"value":},"unitPrice":{"value":,"currency":"`,
  `"valueReference":{"reference":"ActivityDefinition/"}}],"itemSequence":2,"adjudication":[{"category":{"coding":[{"system":"${OPENIMIS}/CodeSystem/claim-status","code":"2"}]},"reason":{"coding":[{"system":"${OPENIMIS}/CodeSystem/claim-rejection-reasons","code":"0"}]},"amount":{"value":,"currency":"USD"},"value":1}]},`,
  `{"resourceType":"ClaimResponse","id":"01`,
  `{"resourceType":"Claim","id":"01`,
  `","meta":{"versionId":"1","lastUpdated":"202`,
];

/**
 * A text that bodies are deflated against, so that even small ones shrink to what is their own. Stored bodies need it for ever: a
 * better one gets a codec number of its own and stands beside this one.
 */
export const BODY_DICTIONARY = Buffer.from(FRAGMENTS.join('\n'));
