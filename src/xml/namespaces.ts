/** Namespaces of resources and of narrative. https://hl7.org/fhir/R4/xml.html */
export const FHIR_NAMESPACE = 'http://hl7.org/fhir';
export const XHTML_NAMESPACE = 'http://www.w3.org/1999/xhtml';
