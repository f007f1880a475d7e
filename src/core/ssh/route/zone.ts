import fs from 'node:fs/promises';
import path from 'node:path';
import { networkInterfaces } from '../../../base/networkInterfaces.ts';

const LINUX_INTERFACES = '/sys/class/net';

/**
 * An IPv6 address whose zone is a number (`fe80::1%2`, RFC 4007 §11.2), with the name of the interface instead: Node
 * takes only names, except on Windows. Any other address comes back unchanged.
 */
export async function withNamedZone(address: string): Promise<string> {
  const [, plain = '', zone = ''] = /^([^%]+)%(\d+)$/u.exec(address) ?? [];
  if (zone === '' || process.platform === 'win32') return address;
  const name = await interfaceName(Number(zone));
  return name === undefined ? address : `${plain}%${name}`;
}

async function interfaceName(index: number): Promise<string | undefined> {
  // Node's own list has the index of an interface only beside a link-local address.
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    if (addresses.some((each) => each.family === 'IPv6' && each.scopeid === index)) return name;
  }
  for (const name of await fs.readdir(LINUX_INTERFACES).catch(() => [])) {
    const text = await fs.readFile(path.join(LINUX_INTERFACES, name, 'ifindex'), 'utf8').catch(() => '');
    if (text !== '' && Number(text) === index) return name;
  }
  return undefined;
}
