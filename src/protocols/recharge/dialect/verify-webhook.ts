import { Refusal } from '../../../core/errors.ts';
import { webhookSecret } from '../../../identity/webhook-secret.ts';
import type { Verification, VerifyRequest } from '../wire.ts';
import type { Answer, Call } from './call.ts';
import { parseSecret, verifySignature } from './signature.ts';

/**
 * `POST /webhook/verify`: whether a webhook that a client has received is signed with its secret. That is the one in
 * the request, else the client's own, which the switch derives and which therefore need not travel.
 */
export function verifyWebhook({ services, caller }: Call, body: VerifyRequest): Answer {
  const secret = body.secret ?? webhookSecret(services.engine.vault, caller.clientId);
  const key = parseSecret(secret) ?? unreadable();
  const headers = new Map(
    Object.entries(body.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
  );
  const id = headers.get('webhook-id');
  const verdict = verifySignature(
    key,
    {
      payload: body.payload,
      id,
      timestamp: headers.get('webhook-timestamp'),
      signature: headers.get('webhook-signature'),
    },
    services.clock.now(),
  );
  const answer: Verification = {
    valid: verdict.valid,
    reason: verdict.valid ? null : verdict.reason,
    webhook_id: id ?? null,
  };
  return { status: 200, body: answer };
}

function unreadable(): never {
  const issue = 'must be whsec_ and 24 to 64 bytes of base64';
  throw new Refusal('invalid_request', { issues: [{ field: 'secret', issue }] });
}
