/**
 * Who calls. This API has its secrets among the parameters, where everything else of ours has them in a header:
 * they are read here, handed to the directory and nowhere else.
 */
import { Refusal } from '../../../core/errors.ts';
import { refuseIfElsewhere } from '../../../identity/allow-list.ts';
import type { Admission, Caller } from '../../../identity/clients.ts';
import { refuseIfSpent } from '../../../identity/rate-limits.ts';
import { allows, type Scope } from '../../../identity/scopes.ts';
import type { Question } from './call.ts';

/** Any one of them is enough. */
export const BUY: readonly Scope[] = ['orders:write', 'send-topups'];
export const READ_ORDERS: readonly Scope[] = ['orders:read', 'read-topups-history'];
export const READ_MONEY: readonly Scope[] = ['wallets:read', 'read-topups-history'];

/** The documented form: `api_key`. */
export async function admitByKey(question: Question, scopes: readonly Scope[]): Promise<Caller> {
  const { services, fields } = question;
  const key = fields['api_key'];
  if (typeof key !== 'string' || key === '') throw new Refusal('unauthenticated');
  return admitted(question, await services.clients.byApiKey(key), scopes);
}

/** The wire form: `username` is the client's id, `pwd` its secret or its API key. */
export async function admitByPassword(question: Question, scopes: readonly Scope[]): Promise<Caller> {
  const { services, fields } = question;
  const { username, pwd } = fields;
  if (typeof username !== 'string' || typeof pwd !== 'string' || username === '' || pwd === '')
    throw new Refusal('unauthenticated');
  const bySecret = await services.clients.bySecret({ clientId: username, clientSecret: pwd });
  if (bySecret.kind === 'admitted' || bySecret.code !== 'invalid_credentials')
    return admitted(question, bySecret, scopes);
  const caller = admitted(question, await services.clients.byApiKey(pwd), scopes);
  if (caller.clientId !== username) throw new Refusal('invalid_credentials');
  return caller;
}

function admitted({ services, origin }: Question, admission: Admission, scopes: readonly Scope[]): Caller {
  if (admission.kind === 'refused') throw new Refusal(admission.code);
  refuseIfElsewhere(admission.caller, origin.address);
  if (!scopes.some((scope) => allows(admission.caller, scope))) throw new Refusal('forbidden');
  refuseIfSpent(services.limits.requests.count(admission.caller));
  return admission.caller;
}
