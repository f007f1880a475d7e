import net from 'node:net';
import { hexAddress, littleEndianIpv4 } from './procNet.ts';

/** A route of the host. `isOnLink`: without a gateway, so its addresses are in a network of the host itself. */
export interface HostRoute {
  readonly address: string;
  readonly prefix: number;
  readonly isOnLink: boolean;
}

/** /proc/net/route: interface, destination, gateway, flags, …, mask. The words are little-endian. Bit 9 of the flags rejects. */
export function parseRoutes(lines: readonly string[]): readonly HostRoute[] {
  return lines.flatMap((line) => {
    const [, to, gateway, flags, , , , mask] = line.split(/\s+/);
    if (!isWord(to) || !isWord(gateway) || !isWord(mask) || isRejecting(flags)) return [];
    const bits = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
    return { address: littleEndianIpv4(to), prefix: bits, isOnLink: gateway === '00000000' };
  });
}

/** /proc/net/ipv6_route: destination, prefix, source, its prefix, next hop, metric, references, uses, flags, interface. */
export function parseIpv6Routes(lines: readonly string[]): readonly HostRoute[] {
  return lines.flatMap((line) => {
    const [to = '', prefix = '', , , gateway = '', , , , flags, name = 'lo'] = line.trim().split(/\s+/);
    if (!/^[\da-f]{32}$/.test(to) || name === 'lo' || isRejecting(flags)) return [];
    return { address: hexAddress(to), prefix: Number.parseInt(prefix, 16), isOnLink: /^0{32}$/.test(gateway) };
  });
}

/** Whether the address is in a network of the host itself. A default route does not count: it leads to other machines. */
export function isOnLink(address: string, routes: readonly HostRoute[]): boolean {
  const family = net.isIPv6(address) ? 'ipv6' : 'ipv4';
  const matching = routes.filter((route) => {
    if (net.isIPv6(route.address) !== (family === 'ipv6')) return false;
    const block = new net.BlockList();
    block.addSubnet(route.address, route.prefix, family);
    return block.check(address, family);
  });
  const best = matching.toSorted((a, b) => b.prefix - a.prefix)[0];
  return best !== undefined && best.prefix > 0 && best.isOnLink;
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && /^[\da-f]{8}$/i.test(text);
}

/** RTF_REJECT of linux/route.h. */
function isRejecting(flags = '0'): boolean {
  return (Number.parseInt(flags, 16) & 0x0200) !== 0;
}
