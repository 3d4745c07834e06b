/** From which addresses a client may call: networks in CIDR notation, IPv4 and IPv6. Pure. */
import { BlockList, isIP } from 'node:net';
import { Refusal } from '../core/errors.ts';
import type { Caller } from './clients.ts';

/** Node's list says which addresses are on it; this one's are let in. */
export type AllowList = Pick<BlockList, 'check'>;

const PREFIX_BITS_MAX = { 4: 32, 6: 128 } as const;

/** Networks as they are written, `10.0.0.0/8` or a single address. Undefined when one of them is none. */
export function readAllowList(networks: readonly string[]): AllowList | undefined {
  const list = new BlockList();
  for (const network of networks) {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
    const version = isIP(address);
    if (version !== 4 && version !== 6) return undefined;
    const bits = prefix === undefined ? PREFIX_BITS_MAX[version] : Number(prefix);
    if (bits > PREFIX_BITS_MAX[version]) return undefined;
    list.addSubnet(address, bits, familyOf(version));
  }
  return list;
}

/** `address`: of the other end of the connection; behind a proxy that is the proxy's. Throws `forbidden`. */
export function refuseIfElsewhere({ allowFrom }: Pick<Caller, 'allowFrom'>, address: string): void {
  if (allowFrom === undefined || isOn(allowFrom, address)) return;
  throw new Refusal('forbidden', { message: 'This client does not call from this address.' });
}

/** An IPv4 address that a socket of both families shows as `::ffff:10.0.0.1` is that IPv4 address. */
function isOn(list: AllowList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, familyOf(version));
}

function familyOf(version: number): 'ipv4' | 'ipv6' {
  return version === 4 ? 'ipv4' : 'ipv6';
}
