/**
 * The store cannot do its work at the moment. `kind`: `full` (no space left), `unavailable` (gone, locked, broken).
 * The message is for the operator; it never holds data of a resource.
 */
export class StoreError extends Error {
  readonly kind: 'full' | 'unavailable';

  constructor(kind: 'full' | 'unavailable', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.kind = kind;
  }
}
