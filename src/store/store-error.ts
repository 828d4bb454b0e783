/**
 * The store cannot do its work at the moment. `kind`: `full` (no space left), `unavailable` (gone, locked, broken), `timeout` (a
 * search took longer than it may, and was stopped), `too-costly` (it would have to read more than it may).
 * The message is for the operator; it never holds data of a resource.
 */
export class StoreError extends Error {
  readonly kind: 'full' | 'unavailable' | 'timeout' | 'too-costly';

  constructor(kind: StoreError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.kind = kind;
  }
}

/** The store cannot be opened, because another process has it and it is for one at a time. The message is for the operator. */
export class StoreInUseError extends Error {
  override readonly name = 'StoreInUseError';
}
