const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A UUID in small letters, as the ids of openIMIS are; any other text as it is. */
export const smallUuid = (text: string): string => (UUID.test(text) ? text.toLowerCase() : text);

/** A UUID in small letters and in capitals, for both are in circulation; any other text alone. */
export const spellingsOf = (text: string): readonly string[] =>
  UUID.test(text) ? [text.toLowerCase(), text.toUpperCase()] : [text];
