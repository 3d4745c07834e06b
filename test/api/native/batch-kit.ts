/** Batches at the native API: rows, uploads, and what became of them. */
import assert from 'node:assert/strict';
import { eventually, type TestApp } from '../../harness/app.ts';
import type { Ask } from './native-client.ts';

export const NDJSON = { 'content-type': 'application/x-ndjson' };
export const CSV = { 'content-type': 'text/csv' };

let keys = 0;
export const keyed = (headers: Readonly<Record<string, string>>): Record<string, string> => ({
  ...headers,
  'idempotency-key': `upload-${++keys}`,
});

/** A good row: 1 USD to Haiti. */
export function row(
  reference: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    reference,
    product: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '1.00', currency: 'USD' },
    ...changes,
  };
}

export function lines(...rows: readonly (object | string)[]): string {
  return rows.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
}

export function upload(ask: Ask, raw: string, headers = keyed(NDJSON)) {
  return ask('POST', '/v1/batches', { raw, headers });
}

/** The batch when every row has its outcome and every order has ended. */
export function completed(ask: Ask, id: string) {
  return eventually(async () => {
    const { body } = await ask('GET', `/v1/batches/${id}`);
    assert.ok(body.completed_at !== null, JSON.stringify(body));
    assert.equal(body.progress.orders.in_progress, 0);
    return body;
  });
}

export async function results(ask: Ask, id: string) {
  const { body } = await ask('GET', `/v1/batches/${id}/results?limit=200`);
  return body.data;
}

/** Batches that come from now on are nobody's until they are released. */
export async function holdNextBatch(app: TestApp) {
  await app.rows(`create function toprail.hold_batch() returns trigger language plpgsql as $$ begin
    if new.state = 'running' and old.state = 'receiving' then new.next_wakeup := toprail.now() + interval '1 hour'; end if;
    return new; end $$`);
  await app.rows(
    'create trigger hold_batch before update on toprail.batches for each row execute function toprail.hold_batch()',
  );
  return {
    release: async (id: string) => {
      await app.rows('drop trigger hold_batch on toprail.batches');
      await app.rows('drop function toprail.hold_batch()');
      await app.rows('update batches set next_wakeup = toprail.now() where id = $1', [id.slice(4)]);
      app.app.services.workSoon();
    },
  };
}
