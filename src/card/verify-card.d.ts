/** What a card tells whoever it is shown to. */
export interface VerifiedCard {
  name: string;
  birthDate: string | undefined;
  numbers: string[];
  plan: string | undefined;
  from: string | undefined;
  until: string | undefined;
  insurer: string;
  issued: string;
}

/** @throws {Error} with a sentence for the reader, where the card proves nothing */
export function verifyCard(
  text: string,
  known: { keys: readonly object[]; revoked: Readonly<Record<string, readonly string[]>>; now: number },
): Promise<VerifiedCard>;
