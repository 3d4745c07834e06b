/** What runs while cases are measured: the servers over one database, started before and stopped after them. */
import type { Case } from './cases.ts';
import type { Servers } from './measure.ts';
import { startServer, startSimulatorProcess } from './servers.ts';

type Session = (dataDir: string, work: (servers: Servers) => Promise<void>) => Promise<void>;

export const SESSIONS: Readonly<Record<Case['on'], Session>> = {
  /** The batch design and the naive one on the same database; orders wait for workers that do not run. */
  accepting: async (dataDir, work) => {
    const env = { TOPRAIL_ROLE: 'api' };
    const product = await startServer({ design: 'batch', dataDir, env });
    try {
      const naive = await startServer({ design: 'naive', dataDir, env: { ...env, TOPRAIL_SEED: 'none' } });
      try {
        await work({ product, naive });
      } finally {
        await naive.stop();
      }
    } finally {
      await product.stop();
    }
  },
  /** Two processes behind one port, as `TOPRAIL_PROCESSES=2 npm start` has them. */
  pair: async (dataDir, work) => {
    const product = await startServer({
      design: 'batch',
      dataDir,
      env: { TOPRAIL_ROLE: 'api', TOPRAIL_PROCESSES: '2' },
    });
    try {
      await work({ product, naive: undefined });
    } finally {
      await product.stop();
    }
  },
  /** All of the product in one process, and its pretend operators in another. */
  switch: async (dataDir, work) => {
    const simulator = await startSimulatorProcess(dataDir);
    try {
      const product = await startServer({ design: 'batch', dataDir, simulator });
      try {
        await work({ product, naive: undefined });
      } finally {
        await product.stop();
      }
    } finally {
      await simulator.stop();
    }
  },
};
