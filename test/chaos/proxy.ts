/**
 * A TCP proxy that misbehaves on request, at run time. It stands between two who speak through it and knows nothing
 * of what they say, so what it does to them is what a network does.
 *
 * A half-open connection stays so when the fault is healed, as behind a gateway that has forgotten it: its bytes go
 * nowhere until an end gives it up. Only then is the other end told, as its keepalive would find out.
 */
import { once, setMaxListeners } from 'node:events';
import {
  type AddressInfo,
  connect,
  createServer,
  type NetConnectOpts,
  type Server,
  type Socket,
} from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Fault =
  /** Each piece of bytes arrives so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number }
  /** RST to both ends after so many bytes of a connection. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Bytes of one way, or of both, vanish; nobody is told. */
  | { readonly kind: 'half_open'; readonly vanish: Way | 'both' }
  /** An answer ends after so many bytes, politely. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** What was asked arrives and is done; in place of the first byte of the answer comes a RST. */
  | { readonly kind: 'drop_answer' }
  /** Whoever was connected is no more, and nobody listens. */
  | { readonly kind: 'refuse' }
  /** Whoever was connected is no more; new connections are made and lead nowhere yet. */
  | { readonly kind: 'stall_accept' };

/** Of the bytes: from whoever connected, or back to it. */
export type Way = 'asked' | 'answered';

export interface Proxy {
  readonly port: number;
  /** From now on, until it is healed, every connection suffers this. */
  suffer(fault: Fault): void;
  heal(): Promise<void>;
  /** How often a fault has done something to a connection. */
  readonly bites: number;
  close(): Promise<void>;
}

interface Connection {
  readonly near: Socket;
  readonly far: Socket;
  readonly deaf: Set<Way>;
  /** Since the fault in force began. */
  bytes: number;
}

const HOST = '127.0.0.1';

export async function startProxy(upstream: NetConnectOpts): Promise<Proxy> {
  const connections = new Set<Connection>();
  const waiting = new Set<Socket>();
  let fault: Fault | undefined;
  let healing = endlessly();
  let bites = 0;
  let port = 0;
  let server: Server | undefined;

  const listen = async () => {
    server = createServer({ allowHalfOpen: true }, (near) => void accept(near));
    server.listen(port, HOST);
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port; // it listens on a port
  };
  const healed = (ms?: number) =>
    sleep(ms ?? FOR_EVER_MS, undefined, { signal: healing.signal }).catch(() => undefined);

  async function accept(near: Socket): Promise<void> {
    near.on('error', () => near.destroy());
    near.setNoDelay(true);
    if (fault?.kind === 'stall_accept') {
      bites += 1;
      waiting.add(near.pause());
      await healed();
      waiting.delete(near);
      if (near.destroyed) return;
    }
    const far = connect({ ...upstream, allowHalfOpen: true, noDelay: true });
    far.on('error', () => far.destroy());
    const connection: Connection = { near, far, deaf: new Set(), bytes: 0 };
    connections.add(connection);
    await Promise.all([carry(connection, 'asked'), carry(connection, 'answered')]);
    connections.delete(connection);
  }

  /** One way of a connection, to its end. */
  async function carry(connection: Connection, way: Way): Promise<void> {
    const [from, to] =
      way === 'asked' ? [connection.near, connection.far] : [connection.far, connection.near];
    let isWhole = false;
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        const passed = await pass(connection, way, chunk);
        if (passed === 'broken') return;
        if (to.destroyed) break;
        if (passed.length > 0 && !to.write(passed))
          await Promise.race([once(to, 'drain'), once(to, 'close')]);
      }
      isWhole = true;
    } catch {
      // The end that this way comes from was reset, or the other one is gone.
    }
    if (fault && connection.deaf.has(way)) await healed();
    if (isWhole && connection.deaf.size === 0) to.end();
    else breakOff(connection);
  }

  /** What is left of these bytes on their way. */
  async function pass(connection: Connection, way: Way, chunk: Buffer): Promise<Buffer | 'broken'> {
    if (connection.deaf.has(way)) return NOTHING;
    if (!fault) return chunk;
    switch (fault.kind) {
      case 'delay':
        bites += 1;
        await healed(fault.ms);
        return chunk;
      case 'throttle':
        bites += 1;
        await healed((chunk.length / fault.bytesPerSecond) * 1000);
        return chunk;
      case 'half_open':
        if (fault.vanish !== 'both' && fault.vanish !== way) return chunk;
        bites += 1;
        connection.deaf.add(way);
        return NOTHING;
      case 'reset':
        connection.bytes += chunk.length;
        if (connection.bytes < fault.afterBytes) return chunk;
        return breakOff(connection);
      case 'truncate': {
        if (way === 'asked') return chunk;
        const left = fault.afterBytes - connection.bytes;
        connection.bytes += chunk.length;
        if (chunk.length <= left) return chunk;
        bites += 1;
        connection.near.end(chunk.subarray(0, left));
        connection.far.destroy();
        return 'broken';
      }
      case 'drop_answer':
        return way === 'asked' ? chunk : breakOff(connection);
      case 'refuse':
      case 'stall_accept':
        return chunk;
    }
  }

  function breakOff({ near, far }: Connection): 'broken' {
    if (fault) bites += 1;
    near.resetAndDestroy();
    if ('path' in upstream) far.destroy();
    else far.resetAndDestroy();
    return 'broken';
  }

  await listen();
  return {
    port,
    get bites() {
      return bites;
    },
    suffer(next) {
      fault = next;
      for (const connection of connections) connection.bytes = 0;
      if (next.kind !== 'refuse' && next.kind !== 'stall_accept') return;
      for (const connection of connections) breakOff(connection);
      if (next.kind === 'stall_accept') return;
      server?.close();
      bites += 1; // whoever is refused is not seen
    },
    async heal() {
      const was = fault;
      fault = undefined;
      healing.abort();
      healing = endlessly();
      if (was?.kind === 'refuse') await listen();
    },
    async close() {
      healing.abort();
      const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
      for (const { near, far } of connections) for (const socket of [near, far]) socket.destroy();
      for (const near of waiting) near.destroy();
      await closed;
    },
  };
}

/** Any number of connections may wait for it. */
function endlessly(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

const NOTHING = Buffer.alloc(0);
/** The longest that a timer takes. */
const FOR_EVER_MS = 2 ** 31 - 1;
