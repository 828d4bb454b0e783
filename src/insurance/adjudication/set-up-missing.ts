/** A rule cannot be decided, because the scheme's set-up or the register lacks something: `what` names it for whoever keeps them. */
export class SetUpMissing extends Error {
  readonly what: string;

  constructor(what: string) {
    super(what);
    this.what = what;
  }
}

/** The value, where it is there. @throws {SetUpMissing} where it is not */
export const needed = <Value>(value: Value | undefined, what: string): Value => {
  if (value === undefined) throw new SetUpMissing(what);
  return value;
};
