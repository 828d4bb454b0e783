/** An error of the Mobile Money API: its category and code. */
export interface GsmaError {
  category: 'authorisation' | 'validation' | 'identification' | 'businessRule';
  code: 'clientAuthorisationError' | 'formatError' | 'identifierError' | 'duplicateRequest' | 'genericError';
}

/** The error as it is answered. @param description tells whoever reads it what is wrong, and holds nothing of the message */
export const gsmaErrorBody = ({ category, code }: GsmaError, description: string, now: number): string =>
  JSON.stringify({
    errorCategory: category,
    errorCode: code,
    errorDescription: description,
    errorDateTime: new Date(now).toISOString(),
  });

const WORD = /^\w{1,60}$/;
const wordOf = (value: unknown): string => (typeof value === 'string' && WORD.test(value) ? value : 'unknown');

/** Category and code of an error that the provider answered, `validation/formatError`; undefined where the body is none. */
export const errorOf = (body: unknown): string | undefined => {
  const { errorCategory, errorCode } = (body ?? {}) as Record<string, unknown>;
  return errorCategory === undefined && errorCode === undefined
    ? undefined
    : `${wordOf(errorCategory)}/${wordOf(errorCode)}`;
};
