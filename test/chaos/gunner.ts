/**
 * Requests as fast as they are wanted, at so little cost that the switch on the same machine is not starved: bytes
 * made ahead, connections that are kept, and of an answer only what is counted.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Shot {
  /** When it was sent: it may have been wanted earlier, while no connection was free. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  /** 0: no answer. */
  readonly status: number;
  readonly isGood: boolean;
  /** Whether it was told when to come again. */
  readonly hasRetryAfter: boolean;
}

export interface Gunner {
  /** Begins a request, as soon as a connection is free. */
  shoot(): void;
  /** Requests without an answer yet. */
  readonly open: number;
  close(): void;
}

export interface Target {
  readonly port: number;
  readonly connections: number;
  /** The whole request. */
  readonly request: (number: number) => string;
  /** Found in the body of a good answer. */
  readonly good: string;
  readonly onShot: (shot: Shot) => void;
}

const HOST = '127.0.0.1';

export async function createGunner(target: Target): Promise<Gunner> {
  const { port, connections, request, good, onShot } = target;
  const idle: Socket[] = [];
  const sockets = new Set<Socket>();
  let wanted = 0;
  let open = 0;
  let number = 0;

  const openOne = async () => {
    const socket = connect({ port, host: HOST, noDelay: true });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (sockets.delete(socket)) openOne().catch(() => undefined); // nobody listens any more
    });
    // A connection that has said nothing yet is taken for a slow client.
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    await once(socket, 'data');
    sockets.add(socket);
    free(socket);
  };
  const free = (socket: Socket) => {
    if (wanted === 0) return void idle.push(socket);
    wanted -= 1;
    use(socket);
  };
  const use = (socket: Socket) => {
    const beganAtMs = performance.now();
    let text = '';
    const end = (status: number) => {
      socket.off('data', onData).off('close', onClose);
      open -= 1;
      onShot({
        beganAtMs,
        endedAtMs: performance.now(),
        status,
        isGood: status >= 200 && status < 300 && text.includes(good),
        hasRetryAfter: /\r\nretry-after: \d/i.test(text),
      });
    };
    const onClose = () => end(0);
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < headEnd + 4 + length) return;
      end(Number(text.slice(9, 12)));
      if (/\r\nconnection: close/i.test(text)) socket.destroy();
      else free(socket);
    };
    socket.on('data', onData).on('close', onClose);
    socket.write(request((number += 1)));
  };

  for (let one = 0; one < connections; one += 1) await openOne();
  return {
    shoot() {
      open += 1;
      const socket = idle.pop();
      if (socket?.writable) use(socket);
      else wanted += 1;
    },
    get open() {
      return open;
    },
    close() {
      for (const socket of sockets) {
        sockets.delete(socket);
        socket.destroy();
      }
    },
  };
}
