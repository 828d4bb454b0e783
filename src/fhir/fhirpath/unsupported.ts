/** Thrown while code is generated for an expression that only fhirpath.js can evaluate. The message names what it uses. */
export class Unsupported extends Error {}
