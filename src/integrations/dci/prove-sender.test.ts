import { describe, expect, test } from 'vitest';
import { refuse } from '../../fhir/fhir-error.ts';
import { proveSender } from './prove-sender.ts';
import { LEAST_ATTRIBUTES } from './register.ts';

const envelope = { signature: '', header: { sender_id: 'sr' }, message: {}, signed: '{}{}' };

const prove = async (
  signature: 'off' | 'warn' | 'require',
  { client, isLoginRequired = true }: { client?: string; isLoginRequired?: boolean } = {},
  clientId: () => Promise<string | undefined> = async () => 'registry',
): Promise<string> => {
  const settings = { senderId: 'sr', role: 'social-registry', signature, attributes: LEAST_ATTRIBUTES, purposes: [] };
  const depsFor = (): never => {
    throw new Error('Nobody is to look at anything yet');
  };
  const told: string[] = [];
  const peer = { settings: client === undefined ? settings : { ...settings, client }, keys: undefined, depsFor };
  const context = { peers: new Map([['sr', peer]]), isLoginRequired, warn: () => told.push('warned'), now: Date.now };
  const outcome = await proveSender(context, envelope, clientId).then(
    () => 'proven',
    (error: { code: string }) => error.code,
  );
  return [outcome, ...told].join(', ');
};

describe('a sender that has not signed', () => {
  test.each([
    ['require', { client: 'registry' }, 'err.signature.missing'],
    ['warn', { client: 'registry' }, 'proven, warned'],
    ['off', { client: 'registry' }, 'proven'],
    ['off', { client: 'another' }, 'err.request.unauthorized'],
    ['off', {}, 'err.request.unauthorized'],
    ['off', { isLoginRequired: false }, 'proven'],
    ['warn', {}, 'err.request.unauthorized, warned'],
  ] as const)('where signatures are "%s" and it is %j: %s', async (signature, peer, outcome) => {
    expect(await prove(signature, peer)).toBe(outcome);
  });

  test('and whose token is not taken has proven nothing', async () => {
    const refused = async () => {
      throw refuse('login-required', 'No token.');
    };
    expect(await prove('off', { client: 'registry' }, refused)).toBe('err.request.unauthorized');
  });
});
