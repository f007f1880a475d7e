import net from 'node:net';
import { BadValue } from '../badValue.ts';

/**
 * Whether a comma-separated list of addresses and CIDR networks contains one of the addresses. `!` excludes a network.
 *
 * @throws BadValue for an item that is no address and no network
 */
export function isInNetworks(addresses: readonly string[], list: string): boolean {
  const rules = list
    .split(',')
    .map((text) => ({ isNegated: text.startsWith('!'), network: parse(text.replace(/^!/, '')) }));
  return addresses.some((address) => {
    const matching = rules.filter(({ network }) => network.check(address, familyOf(address)));
    return matching.length > 0 && !matching.some(({ isNegated }) => isNegated);
  });
}

function parse(text: string): net.BlockList {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d+))?$/.exec(text) ?? [];
  const family = net.isIP(address);
  const maxBits = family === 4 ? 32 : 128;
  if (family === 0 || Number(bits ?? 0) > maxBits) throw new BadValue(`bad network ${text}`);
  const network = new net.BlockList();
  network.addSubnet(address, Number(bits ?? maxBits), familyOf(address));
  return network;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return net.isIPv4(address) ? 'ipv4' : 'ipv6';
}
