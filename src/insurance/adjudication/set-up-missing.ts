import type { Message } from '../texts/say.ts';

/** A rule cannot be decided, because the scheme's set-up or the register lacks something: `what` names it for whoever keeps them. */
export class SetUpMissing extends Error {
  readonly what: Message;

  constructor(what: Message) {
    super(what('en'));
    this.what = what;
  }
}

/** The value, where it is there. @throws {SetUpMissing} where it is not */
export const needed = <Value>(value: Value | undefined, what: Message): Value => {
  if (value === undefined) throw new SetUpMissing(what);
  return value;
};
