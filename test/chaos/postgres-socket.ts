/** Where a database URL leads: the embedded PostgreSQL has a socket only, which a proxy can reach all the same. */
import type { NetConnectOpts } from 'node:net';

const PORT = 5432;

export function postgresSocket(databaseUrl: string): NetConnectOpts {
  const { hostname, port } = new URL(databaseUrl);
  const host = decodeURIComponent(hostname);
  return host.startsWith('/')
    ? { path: `${host}/.s.PGSQL.${port || PORT}` }
    : { host, port: Number(port || PORT) };
}
