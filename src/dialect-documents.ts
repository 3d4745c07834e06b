/** The OpenAPI documents of the dialects whose shapes are not ours: `/openapi/<dialect>.json`. */
import type { FastifyInstance } from 'fastify';
import { Refusal } from './core/errors.ts';
import { a1topupDocument } from './protocols/a1topup/dialect/openapi.ts';
import { octopusDocument } from './protocols/octopus/dialect/openapi.ts';
import { rechargeDocument } from './protocols/recharge/dialect/openapi.ts';
import { reloadlyDocument } from './protocols/reloadly/dialect/openapi.ts';

export const DIALECT_DOCUMENTS: ReadonlyMap<string, () => object> = new Map([
  ['a1topup', a1topupDocument],
  ['octopus', octopusDocument],
  ['recharge', rechargeDocument],
  ['reloadly', reloadlyDocument],
]);

export function serveDialectDocuments(app: FastifyInstance): void {
  app.get<{ Params: { dialect: string } }>('/openapi/:dialect.json', async (request, reply) => {
    const documentOf = DIALECT_DOCUMENTS.get(request.params.dialect);
    if (!documentOf) throw new Refusal('not_found');
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(documentOf()));
  });
}
