/**
 * Which addresses are out on the internet. Whoever is told an address by somebody else and connects to it must not
 * be led to its own neighbours: loopback, private and link-local networks, the metadata services of clouds. From the
 * special-purpose registries of IANA. Pure.
 */
import { BlockList, isIP } from 'node:net';

/** Everything special of IPv4, and the one metadata service that hides behind a public address (Azure's). */
const SPECIAL_V4: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** The unicast addresses of IPv6; whatever is outside is loopback, local, mapped or translated. */
const UNICAST_V6 = '2000::/3';
/** Inside of it: tunnels that carry IPv4 addresses of their own, benchmarks and documentation. */
const SPECIAL_V6: readonly string[] = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const specialV4 = blockListOf(SPECIAL_V4, 'ipv4');
const unicastV6 = blockListOf([UNICAST_V6], 'ipv6');
const specialV6 = blockListOf(SPECIAL_V6, 'ipv6');

/** False for what is no address at all. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !specialV4.check(address, 'ipv4');
    case 6:
      return unicastV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6');
    default:
      return false;
  }
}

function blockListOf(subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
