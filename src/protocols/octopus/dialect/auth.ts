/** `/auth`: a client's id and secret are its username and password. */
import { Refusal } from '../../../core/errors.ts';
import { refuseIfElsewhere } from '../../../identity/allow-list.ts';
import type { SessionAnswer } from '../../../identity/sessions.ts';
import type { LoginAnswer } from '../wire.ts';
import type { Answer, Call, OpenCall } from './call.ts';
import { formatInstant } from './instants.ts';

/** `POST /auth/login` */
export async function login({ sessions, body, origin }: OpenCall): Promise<Answer> {
  const [clientId, clientSecret] = [readText(body, 'username'), readText(body, 'password')];
  if (!clientId || !clientSecret) throw missing('Username and password are required');
  return render(await sessions.open({ clientId, clientSecret }), origin);
}

/** `POST /auth/refresh`: the refresh token is good once. */
export async function refresh({ sessions, body, origin }: OpenCall): Promise<Answer> {
  const refreshToken = readText(body, 'refresh_token');
  if (!refreshToken) throw missing('Refresh token is required');
  return render(await sessions.refresh(refreshToken), origin);
}

/** `POST /auth/logout`: ends every session of the client. */
export async function logout({ sessions, caller }: Call): Promise<Answer> {
  await sessions.end(caller.clientId);
  return { body: { success: true } };
}

function render(answer: SessionAnswer, { address }: OpenCall['origin']): Answer {
  if (answer.kind === 'refused') throw new Refusal(answer.code);
  const { tokens, caller } = answer;
  refuseIfElsewhere(caller, address);
  const body: LoginAnswer = {
    success: true,
    data: {
      access_token: tokens.accessToken,
      refresh_token: tokens.refreshToken,
      access_expires_at: formatInstant(tokens.accessExpiresAtMs),
      refresh_expires_at: formatInstant(tokens.refreshExpiresAtMs),
      client_id: Number(caller.accountId), // ids are safe integers
    },
  };
  return { body, headers: { 'cache-control': 'no-store' } };
}

/** Empty where it is no text at all: what these paths say is the same. */
function readText(body: unknown, name: string): string {
  if (typeof body !== 'object' || body === null) return '';
  const value = (body as Readonly<Record<string, unknown>>)[name]; // an object, by the guard above
  return typeof value === 'string' ? value : '';
}

function missing(message: string): Refusal {
  return new Refusal('invalid_request', { message });
}
