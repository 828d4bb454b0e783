const PATIENT = 'Patient/';
const ID = /[A-Za-z0-9\-.]{1,64}/y;

/**
 * Ids of the patients that a text of JSON names, each once: by references, relative or absolute, and by addresses of Bundle entries. A
 * text that is itself a Patient does not name it.
 */
export const patientsNamed = (text: string): string[] => {
  let at = text.indexOf(PATIENT);
  if (at === -1) return [];
  const named = new Set<string>();
  for (; at !== -1; at = text.indexOf(PATIENT, ID.lastIndex)) {
    const before = text[at - 1];
    ID.lastIndex = at + PATIENT.length;
    const begin = ID.lastIndex;
    const [id] = ID.exec(text) ?? [];
    if (id !== undefined && (before === '"' || before === '/')) named.add(id);
    else ID.lastIndex = begin;
  }
  return [...named];
};
