/**
 * The composition root: the one place that sees every room. `startApp` puts them together over a database that is
 * there already; `main.ts` and the tests decide which database and which clock.
 */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readSandboxPorted } from './catalogue/data.ts';
import { SETTINGS_CHANNEL } from './cli/connect.ts';
import type { Config } from './config.ts';
import type { Clock } from './core/time.ts';
import { createDueWork } from './due-work.ts';
import { createFrontDoor, type Tenant, type TlsSettings } from './front-door.ts';
import { ClientDirectory } from './identity/clients.ts';
import { ensureKeys } from './identity/keys.ts';
import { createLimits } from './identity/limits.ts';
import { createTokens } from './identity/tokens.ts';
import { rateAgeMsMax, startMarketFeed } from './market-feed.ts';
import { createEngine, type Engine } from './orders/engine.ts';
import { DeliveryHealth } from './orders/health/delivery-health.ts';
import { DeliveryTimes } from './orders/health/delivery-times.ts';
import { LANE_KEEP_EVERY_MS, leaseLane } from './orders/lane.ts';
import { postgresOrderStore } from './orders/order-store.ts';
import { OUTCOMES_CHANNEL, OutcomeNotices, readOutcomes } from './orders/outcome-notices.ts';
import { Admission, watchLateness } from './platform/admission.ts';
import { type DueLoop, startDueLoop } from './platform/due-loop.ts';
import type { Log } from './platform/log.ts';
import { createMetrics } from './platform/metrics.ts';
import { createDatabase } from './platform/postgres.ts';
import { type PretendOperators, runPretendOperators } from './pretend-operators.ts';
import { createA1topupDialect } from './protocols/a1topup/dialect/routes.ts';
import type { DialectServices } from './protocols/dialect.ts';
import { createNativeApi } from './protocols/native/dialect/routes.ts';
import { createOctopusDialect } from './protocols/octopus/dialect/routes.ts';
import { createRechargeDialect } from './protocols/recharge/dialect/routes.ts';
import { createReloadlyDialect } from './protocols/reloadly/dialect/routes.ts';
import { createSandboxConnector } from './protocols/sandbox/connector/sandbox-connector.ts';
import { Circuits } from './routing/circuits.ts';
import { withdrawRefusalCode } from './routing/store.ts';
import { type SandboxSeed, seedSandbox } from './sandbox.ts';
import { callbackPath, createSystemApi } from './system-api.ts';
import { WalletDirectory } from './wallet/wallets.ts';

export interface AppOptions {
  readonly config: Config;
  /** Logs in as the role `toprail_app`. */
  readonly databaseUrl: string;
  readonly masterKey: Buffer;
  readonly clock: Clock;
  readonly log: Log;
  readonly say: (line: string) => void;
  /** Random in 0 .. 1, for jitter. */
  readonly random?: () => number;
  /** Something happened after which this process must not go on. */
  readonly onFatal: (why: string) => void;
  /** Replaces a part of the engine: a bench puts another design behind the same door. */
  readonly adaptEngine?: (engine: Engine) => Engine;
}

export interface App {
  readonly url: string;
  readonly services: DialectServices;
  readonly sandbox: SandboxSeed | undefined;
  /** The pretend operators of a sandbox. */
  readonly operators: PretendOperators | undefined;
  stop(): Promise<void>;
}

/** How long a synchronous dialect waits for an outcome. */
const OUTCOME_WAIT_MS = 10_000;
const POOL_MAX = 16;
/** A stopping process waits this long for answers of providers; what is still out is left to recovery. */
const STOP_WAIT_MS = 5_000;

export async function startApp(options: AppOptions): Promise<App> {
  const { config, clock, log, say, masterKey } = options;
  const database = createDatabase({
    url: options.databaseUrl,
    poolMax: POOL_MAX,
    applicationName: 'toprail',
  });
  const metrics = createMetrics();
  const keys = await ensureKeys(database, masterKey);
  await database.query('select toprail.create_partitions()');
  const lane = await leaseLane(database, clock);

  const tenants: Tenant[] = [];
  const { server, open } = createFrontDoor(tenants, await readTls(config));
  const port = await listen(server, config);
  const url = `${config.tls ? 'https' : 'http'}://${config.host}:${port}`;

  const callbackSecret = keys.vault.token('callback-secret', 'sandbox');
  const operators =
    config.seed === 'sandbox'
      ? await runPretendOperators(options, {
          callbackSecret,
          callbackUrl: (provider) => url + callbackPath(keys, provider),
        })
      : undefined;
  const sandbox =
    operators &&
    (await seedSandbox({
      database,
      vault: keys.vault,
      mint: lane.mint,
      baseUrl: url,
      dataDir: config.dataDir,
      simulatorUrl: operators.url,
      callbackSecret,
    }));

  const circuits = new Circuits(clock);
  const feed = await startMarketFeed({
    database,
    health: circuits,
    vault: keys.vault,
    clock,
    log,
    ported: config.seed === 'sandbox' ? readSandboxPorted() : new Map(),
    rateAgeMsMax: rateAgeMsMax(config),
    connect: (settings, capability) =>
      settings.connector === 'sandbox' ? createSandboxConnector({ settings, clock, capability }) : undefined,
  });
  metrics.gauge(
    'toprail_open_circuits',
    'Providers by operator that nothing is sent to.',
    () => circuits.open,
  );
  const notices = new OutcomeNotices({ database, clock, log, process: lane.holder });
  const deliveryTimes = new DeliveryTimes();
  const health = new DeliveryHealth(database, clock);
  const made = createEngine({
    database,
    store: postgresOrderStore(database, keys.vault),
    clock,
    vault: keys.vault,
    mint: lane.mint,
    log,
    metrics,
    wallets: new WalletDirectory(database),
    market: () => feed.market(),
    circuits,
    // A process that only serves APIs leaves sending to the workers.
    connector: (provider) => (config.role === 'api' ? undefined : feed.connector(provider)),
    random: options.random ?? Math.random,
    onOutcome: (order) => {
      notices.add(order.facts.id);
      deliveryTimes.ended(order);
      health.note(order);
    },
    onLateDelivery: (order, { provider, code }) => {
      log.error(
        { order: `${order.facts.id}`, provider, ...(code ? { code } : {}) },
        'delivered after a refusal',
      );
      if (!code) return;
      void withdrawRefusalCode(database, provider, code)
        .then((gone) => (gone ? feed.reload() : undefined))
        .catch((error: unknown) => log.error({ error, provider, code }, 'the code could not be withdrawn'));
    },
  });

  const engine = options.adaptEngine?.(made) ?? made;

  let stopping = false;
  const clients = new ClientDirectory(database, clock);
  const tokens = createTokens({ keys, directory: clients, clock, issuer: ISSUER });
  const admission = new Admission();
  const lateness = watchLateness(admission);
  const loops: { readonly loop: DueLoop; readonly onDemand?: true }[] = [];
  const services: DialectServices = {
    engine,
    clients,
    tokens,
    admission,
    limits: createLimits(clock),
    issuer: ISSUER,
    clock,
    log,
    metrics,
    waitMs: OUTCOME_WAIT_MS,
    deliveryTimes,
    health,
    takesOrders: () => !stopping && lane.isHeld(),
    workSoon: () => loops.filter(({ onDemand }) => onDemand).forEach(({ loop }) => loop.soon()),
  };
  metrics.gauge('toprail_late', '1 while the process is late and refuses most requests.', () =>
    admission.isLate ? 1 : 0,
  );
  metrics.gauge('toprail_orders_behind', '1 while more orders are due than can be worked on.', () =>
    engine.wakeups.isBehind ? 1 : 0,
  );
  metrics.queues(() => [
    engine.intake.standing('intake'),
    engine.settlement.standing(),
    ...engine.dispatcher.standing(),
    engine.wakeups.standing(),
    engine.waiting.standing(),
    database.standing(),
  ]);

  const notReadyBecause = async () => {
    if (stopping) return 'the process is stopping';
    if (!lane.isHeld()) return 'the lane of ids could not be renewed';
    return database.query('select 1').then(
      () => undefined,
      () => 'the database does not answer',
    );
  };
  const system = createSystemApi({
    engine,
    keys,
    log,
    metrics,
    connector: (id) => feed.connector(id),
    notReadyBecause,
  });
  const apis =
    config.role === 'worker'
      ? []
      : [
          createReloadlyDialect(services),
          createOctopusDialect(services),
          createA1topupDialect(services),
          createRechargeDialect(services),
          await createNativeApi(services),
        ];
  await Promise.all([system.ready(), ...apis.map(({ app }) => app.ready())]);
  tenants.push(...apis.map(({ hosts, prefixes, app }) => ({ hosts, prefixes, handle: app.routing })), {
    hosts: [],
    prefixes: [''],
    everywhere: PICTURES,
    handle: system.routing,
  });

  const outcomes = database.listen(OUTCOMES_CHANNEL, (payload) => {
    const ended = payload === '' ? [] : readOutcomes(payload, lane.holder);
    if (ended)
      void engine.waiting.heard(ended).catch((error: unknown) => log.warn({ error }, 'outcomes not read'));
  });
  const settings = database.listen(SETTINGS_CHANNEL, () => {
    clients.forget();
    void feed.reload();
  });
  await Promise.all([outcomes.ready, settings.ready]);
  const cancelLane = every(clock, LANE_KEEP_EVERY_MS, async () => {
    const kept = await lane.keep().catch(() => true); // no answer is not a no: the lease outlasts a restart
    if (!kept) options.onFatal('the lane of ids was taken by another process');
  });
  if (config.role !== 'api') {
    loops.push(
      ...createDueWork(services, config).map((work) => ({ ...work, loop: startDueLoop(work, services) })),
    );
    engine.wakeups.start();
  }

  const stop = async () => {
    if (stopping) return;
    stopping = true;
    say('stopping: no new orders; the batch in flight is finished, the rest is left to recovery');
    cancelLane();
    lateness.stop();
    await Promise.all(loops.map(({ loop }) => loop.stop()));
    const closed = new Promise((resolve) => server.close(resolve));
    await engine.intake.drained();
    // Whoever waits for an outcome is told how the order stands; then every answer is written out.
    engine.waiting.release();
    const endsAtMs = Date.now() + STOP_WAIT_MS;
    while (open() > 0 && Date.now() < endsAtMs) await new Promise((resolve) => setTimeout(resolve, 5));
    await engine.wakeups.stop();
    await Promise.race([
      Promise.all([engine.dispatcher.settled(), engine.wakeups.idle()]),
      new Promise((resolve) => setTimeout(resolve, STOP_WAIT_MS).unref()),
    ]);
    await engine.settlement.drained();
    server.closeAllConnections();
    await closed;
    await Promise.all([
      outcomes.end(),
      settings.end(),
      feed.close(),
      system.close(),
      ...apis.map(({ app }) => app.close()),
    ]);
    await operators?.own?.close();
    await lane.release().catch(() => undefined); // its lease ends by itself
    await database.end();
  };
  return { url, services, sandbox, operators, stop };
}

/** Answers of every API name pictures at their own host. */
const PICTURES = ['/flags', '/logos'];

/** Tokens name us so; no address, since the switch may be reached by several. */
const ISSUER = 'toprail';

function every(clock: Clock, periodMs: number, task: () => Promise<void>): () => void {
  let stopped = false;
  let cancel = () => {};
  const arm = () => {
    if (!stopped) cancel = clock.after(periodMs, () => void task().finally(arm));
  };
  arm();
  return () => {
    stopped = true;
    cancel();
  };
}

function listen(server: Server, { port, host }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new Error(`TOPRAIL_PORT: port ${port} of ${host} is taken`) : error,
      ),
    );
    // A TCP server's address is never a path.
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function readTls({ tls }: Config): Promise<TlsSettings | undefined> {
  if (!tls) return undefined;
  const [cert, key, clientCa] = await Promise.all([
    readFile(tls.cert),
    readFile(tls.key),
    tls.clientCa === undefined ? undefined : readFile(tls.clientCa),
  ]);
  return { cert, key, ...(clientCa ? { clientCa } : {}) };
}
