// Runs in the browser of whoever looks at a card, and in the tests. It reaches no network: the keys come with the page.

const bytesOf = base64url =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));

const inflate = async bytes => {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
};

/** The signed text of what a QR code says, or of what a person pasted. */
const jwsOf = text => {
  const trimmed = text.trim();
  if (!/^shc:\//i.test(trimmed)) return trimmed;
  const digits = trimmed.slice(5);
  if (!/^(\d\d)+$/.test(digits)) throw new Error('This code is cut off. Read it again.');
  return digits.replace(/\d\d/g, pair => String.fromCharCode(Number(pair) + 45));
};

const resourceOf = (bundle, type) =>
  bundle.entry.map(({ resource }) => resource).find(({ resourceType }) => resourceType === type);

/**
 * Judges a card: by its signature, its days, and the list of revoked ones that came with the page.
 * `now` is in milliseconds since 1970 UTC, `keys` are JSON Web Keys, `revoked` are revocation ids by key.
 * Gives what the card tells; throws an Error with a sentence for the reader where it proves nothing.
 */
export const verifyCard = async (text, { keys, revoked, now }) => {
  const parts = jwsOf(text).split('.');
  if (parts.length !== 3) throw new Error('This is no membership card.');
  const { alg, kid, zip } = JSON.parse(new TextDecoder().decode(bytesOf(parts[0])));
  const key = keys.find(each => each.kid === kid);
  if (alg !== 'ES256' || zip !== 'DEF' || key === undefined) throw new Error('This card was signed by somebody else.');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { kty, crv, x, y } = key;
  const publicKey = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, algorithm, false, ['verify']);
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const isSigned = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, bytesOf(parts[2]), signed);
  if (!isSigned) throw new Error('This card was changed after it was signed.');
  const { nbf, exp, vc } = JSON.parse(await inflate(bytesOf(parts[1])));
  if (nbf * 1000 > now) throw new Error('This card is of a day to come.');
  if (exp * 1000 <= now) throw new Error('This card has expired.');
  if (revoked[kid]?.includes(vc.rid)) throw new Error('This card was revoked.');
  const bundle = vc.credentialSubject.fhirBundle;
  const patient = resourceOf(bundle, 'Patient');
  const coverage = resourceOf(bundle, 'Coverage');
  const [name = {}] = patient.name ?? [];
  return {
    name: [...(name.given ?? []), name.family].filter(Boolean).join(' '),
    birthDate: patient.birthDate,
    numbers: (patient.identifier ?? []).map(({ value }) => value),
    plan: coverage.class?.[0]?.name ?? coverage.class?.[0]?.value,
    from: coverage.period?.start,
    until: coverage.period?.end,
    insurer: resourceOf(bundle, 'Organization').name,
    issued: new Date(nbf * 1000).toISOString().slice(0, 10),
  };
};
