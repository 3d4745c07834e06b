/** `POST /oauth/token`: client credentials, in the body (JSON or form) or as Basic. */
import formbody from '@fastify/formbody';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { Refusal } from '../../../core/errors.ts';
import { refuseIfElsewhere } from '../../../identity/allow-list.ts';
import { grantClientCredentials } from '../../../identity/grant.ts';
import type { DialectServices } from '../../dialect.ts';
import type { TokenAnswer } from '../wire.ts';
import { wrong } from './query.ts';

export const TOKEN_PATH = '/oauth/token';

/** In a scope of its own: forms are taken here and nowhere else. */
export function serveTokens(
  app: FastifyInstance,
  services: Pick<DialectServices, 'tokens' | 'clients'>,
  { onRequest }: { readonly onRequest: onRequestAsyncHookHandler },
): void {
  void app.register(async (scope) => {
    await scope.register(formbody);
    scope.post(TOKEN_PATH, { onRequest }, async (request, reply): Promise<TokenAnswer> => {
      const grant = await grantClientCredentials(
        { tokens: services.tokens, directory: services.clients },
        { ...readFields(request.body), ...readBasic(request.headers.authorization) },
      );
      if (grant.kind === 'refused') {
        // Here there is no token to be missing.
        const code = grant.code === 'unauthenticated' ? 'invalid_credentials' : grant.code;
        throw new Refusal(code, { issues: grant.issues });
      }
      refuseIfElsewhere(grant.caller, request.ip);
      void reply.header('cache-control', 'no-store');
      const { token, scope: granted, expiresInSeconds } = grant;
      return { access_token: token, scope: granted, expires_in: expiresInSeconds, token_type: 'Bearer' };
    });
  });
}

function readFields(body: unknown) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong('', 'must be an object');
  const fields = body as Readonly<Record<string, unknown>>; // an object, by the guard above
  const read = (name: string): string | undefined => {
    const value = fields[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || hasZero(value)) throw wrong(name, 'must be one string');
    return value;
  };
  return {
    clientId: read('client_id'),
    clientSecret: read('client_secret'),
    grantType: read('grant_type'),
    audience: read('audience'),
    scope: read('scope'),
  };
}

/** RFC 6749, 2.3.1: both halves are form-encoded before they are joined. */
function readBasic(authorization: string | undefined): { clientId?: string; clientSecret?: string } {
  const encoded = /^Basic +([\w+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return {};
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new Refusal('invalid_credentials');
  const [clientId, clientSecret] = [decodeForm(text.slice(0, colon)), decodeForm(text.slice(colon + 1))];
  if (hasZero(clientId) || hasZero(clientSecret)) throw new Refusal('invalid_credentials');
  return { clientId, clientSecret };
}

function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text; // not encoded at all, as many clients send it
  }
}

/** Forms and Basic can spell U+0000, which JSON of ours cannot and which no column takes. */
function hasZero(text: string): boolean {
  return text.includes('\0');
}
