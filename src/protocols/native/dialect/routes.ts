/** The native API: `/v1`, its document and its reference pages. A table of contents. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { decorateCaller } from '../../../identity/request-caller.ts';
import { createEdge, refuseOtherMethods } from '../../../platform/edge.ts';
import { problemOf } from '../../../platform/problem.ts';
import type { DialectServices } from '../../dialect.ts';
import { addBatchResults } from './batches/batch-results.ts';
import { addBatches } from './batches/batches.ts';
import { addCreateBatch } from './batches/create-batch.ts';
import { addCancelOrder } from './cancel-order.ts';
import { addCatalogueChanges } from './catalogue-changes.ts';
import { addCountries } from './countries.ts';
import { addCreateOrder } from './create-order.ts';
import { addDisputes } from './disputes.ts';
import { createEventCursors } from './event-cursor.ts';
import { addEvents } from './events.ts';
import { addLookup } from './lookup.ts';
import { type NativeApp, readIntegers } from './native-app.ts';
import { addReferencePages, collectRoutes, DOCS_PATH, OPENAPI_PATH } from './openapi.ts';
import { addOperators } from './operators.ts';
import { addProducts } from './products.ts';
import { addPromotions } from './promotions.ts';
import { addQuotes } from './quotes.ts';
import { addReadOrders } from './read-orders.ts';
import { addCreateSchedule } from './schedules/create-schedule.ts';
import { addSchedules } from './schedules/schedules.ts';
import { addStatement } from './statement.ts';
import { addStatus } from './status.ts';
import { addTimeline } from './timeline.ts';
import { addWallets } from './wallets.ts';

const PATHS = {
  '/v1/lookup': ['POST'],
  '/v1/countries': ['GET'],
  '/v1/operators': ['GET'],
  '/v1/products': ['GET'],
  '/v1/promotions': ['GET'],
  '/v1/catalogue/changes': ['GET'],
  '/v1/quotes': ['POST'],
  '/v1/quotes/batch': ['POST'],
  '/v1/quotes/:id': ['GET'],
  '/v1/orders': ['GET', 'POST'],
  '/v1/orders/:id': ['GET'],
  '/v1/orders/:id/cancel': ['POST'],
  '/v1/orders/:id/timeline': ['GET'],
  '/v1/orders/:id/dispute': ['POST'],
  '/v1/disputes': ['GET'],
  '/v1/disputes/:id': ['GET'],
  '/v1/disputes/:id/withdraw': ['POST'],
  '/v1/batches': ['GET', 'POST'],
  '/v1/batches/:id': ['GET'],
  '/v1/batches/:id/cancel': ['POST'],
  '/v1/batches/:id/results': ['GET'],
  '/v1/status': ['GET'],
  '/v1/schedules': ['GET', 'POST'],
  '/v1/schedules/:id': ['GET'],
  '/v1/schedules/:id/occurrences': ['GET'],
  '/v1/schedules/:id/pause': ['POST'],
  '/v1/schedules/:id/resume': ['POST'],
  '/v1/schedules/:id/cancel': ['POST'],
  '/v1/wallets': ['GET'],
  '/v1/wallets/:id/entries': ['GET'],
  '/v1/wallets/:id/statement': ['GET'],
  '/v1/events': ['GET'],
  [OPENAPI_PATH]: ['GET'],
  [`${DOCS_PATH}/`]: ['GET'],
} as const;

export interface NativeApi {
  readonly hosts: readonly string[];
  readonly prefixes: readonly string[];
  readonly app: FastifyInstance;
}

export async function createNativeApi(services: DialectServices): Promise<NativeApi> {
  const app = await createNativeApp(services);
  return { hosts: [], prefixes: ['/v1', OPENAPI_PATH, DOCS_PATH], app: app as unknown as FastifyInstance }; // without the types of its schemas
}

export async function createNativeApp(services: DialectServices): Promise<NativeApp> {
  const { engine } = services;
  const app: NativeApp = createEdge({
    ...services,
    render: problemOf,
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Schemas of answers document and are tested; they never drop what an answer holds.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.addHook('preValidation', (request, _reply, done) => {
    readIntegers(request);
    done();
  });
  decorateCaller(app);
  await collectRoutes(app);
  const cursors = createEventCursors(engine.vault);

  addLookup(app, services);
  addCountries(app, services);
  addOperators(app, services);
  addProducts(app, services);
  addPromotions(app, services);
  addCatalogueChanges(app, services);
  addQuotes(app, services);
  addCreateOrder(app, services);
  addReadOrders(app, services);
  addCancelOrder(app, services);
  addTimeline(app, services, cursors);
  addDisputes(app, services);
  await addCreateBatch(app, services);
  addBatches(app, services);
  addBatchResults(app, services);
  addCreateSchedule(app, services);
  addSchedules(app, services);
  addStatus(app, services);
  addWallets(app, services);
  addStatement(app, services);
  addEvents(app, services, cursors);
  await addReferencePages(app);
  refuseOtherMethods(app as unknown as FastifyInstance, PATHS);
  return app;
}
