/** GET /v1/catalogue/changes: for clients that keep a copy of the catalogue. */
import { Type } from 'typebox';
import { type CatalogueChange, readChanges } from '../../../catalogue/changes.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, exact, LIMIT_DEFAULT, limit, problems } from '../wire.ts';
import { CatalogueChangeList, type CatalogueChangeView } from '../wire-catalogue.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { badCursor } from './paging.ts';
import { instant } from './render.ts';

const EXAMPLE = {
  data: [
    {
      version: 'command-20261122T090000000000Z',
      at: '2026-11-22T09:00:00.000Z',
      kind: 'withdrawn',
      resource: 'operator',
      id: '173',
      fields: ['in_service'],
    },
  ],
  next: '42',
};

const CURSOR = /^\d{1,18}$/;

export function addCatalogueChanges(app: NativeApp, services: DialectServices): void {
  app.get(
    '/v1/catalogue/changes',
    {
      onRequest: admit(services, 'any'),
      schema: {
        operationId: 'listCatalogueChanges',
        security: needs('any'),
        tags: ['Catalogue'],
        summary: 'Read what has changed in the catalogue',
        description:
          'Changes of what is sold, oldest first, each with the version of the catalogue that made it. `next` is always a cursor: whoever keeps asking with the last one learns of every change. The first entry of an installation says that its catalogue was loaded: read the lists then.',
        querystring: exact({
          limit,
          after: Type.Optional(after('`next` of the page before; from the beginning without it.')),
        }),
        response: {
          200: answer(CatalogueChangeList, {
            description: 'Changes after the cursor; none when nothing has changed since.',
            example: EXAMPLE,
          }),
          ...problems('invalid_request'),
        },
      },
    },
    async (request) => {
      const { after: cursor = '0', limit: rows = LIMIT_DEFAULT } = request.query;
      if (!CURSOR.test(cursor)) throw badCursor();
      const changes = await readChanges(services.engine.database, { after: BigInt(cursor), limit: rows });
      return { data: changes.map(changeView), next: `${changes.at(-1)?.id ?? cursor}` };
    },
  );
}

function changeView({
  version,
  atMs,
  kind,
  resource,
  resourceId,
  fields,
}: CatalogueChange): CatalogueChangeView {
  const members = fields.map((field) => MEMBERS[`${resource}.${field}`] ?? MEMBERS[field] ?? field);
  return {
    version,
    at: instant(atMs),
    kind,
    resource,
    id: resourceId,
    fields: [...new Set(members)],
  };
}

/** Columns that the answers of this API show under another name, or several as one. */
const MEMBERS: Readonly<Record<string, string>> = {
  operator_id: 'operator',
  minimum: 'denomination',
  maximum: 'denomination',
  fixed_amounts: 'denomination',
  data_megabytes: 'benefits',
  voice_minutes: 'benefits',
  messages: 'benefits',
  talk_time: 'benefits',
  tax_percent: 'tax',
  tax_included: 'tax',
  names: 'name',
  descriptions: 'description',
  recipient_kind: 'recipient',
  email_domains: 'recipient',
  input_label: 'inputs',
  input_pattern: 'inputs',
  servers: 'inputs',
  'operator.status': 'in_service',
};
