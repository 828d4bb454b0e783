import type { OperationOutcomeIssue } from 'fhir/r4.js';

/** Where resources are loaded into. */
export interface Destination {
  /** How many are under way at a time. */
  readonly atATime: number;
  /**
   * Stores a resource under its id, or carries out a batch or transaction.
   * @returns why it was refused; nothing where it was stored, or is there already
   * @throws {Error} where the destination cannot be used any longer
   */
  store(body: Buffer): Promise<OperationOutcomeIssue[]>;
  close(): Promise<void>;
}
