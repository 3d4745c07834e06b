/**
 * A wire that can lose answers: what is written goes to the other side, and while it is cut the connection breaks as
 * soon as the first byte comes back. Whoever asked does not know then whether it happened.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttableWire {
  /** Where to connect instead: this machine, any port. */
  readonly port: number;
  /** While true, no answer arrives. */
  isCut: boolean;
  /** Answers that were lost. */
  readonly lost: number;
  close(): Promise<void>;
}

export async function openWire(to: { readonly host: string; readonly port: number }): Promise<CuttableWire> {
  const sockets = new Set<Socket>();
  const state = { isCut: false, lost: 0 };
  const server = createServer((near) => {
    const far = connect(to.port, to.host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    }
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.on('data', (bytes) => {
      if (!state.isCut) return void near.write(bytes);
      state.lost += 1;
      near.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    get isCut() {
      return state.isCut;
    },
    set isCut(isCut) {
      state.isCut = isCut;
    },
    get lost() {
      return state.lost;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
