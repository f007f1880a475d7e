import net from 'node:net';
import type { HostConfig } from '../../config/hostConfig.ts';
import { isLoopbackAddress } from '../../spec/loopback.ts';
import { lookupName } from './knownHosts.ts';

/**
 * The name under which CheckHostIP (ssh_config(5)) looks up an address. Undefined where ssh(1) checks none: the address
 * of this machine, one that a proxy resolves, and one that the user typed instead of a name.
 */
export function checkedAddress(config: HostConfig, address: string): string | undefined {
  const isCheckable = net.isIP(address) !== 0 && !isLoopbackAddress(address) && address !== config.hostName;
  return config.checkHostIp && isCheckable ? lookupName(address, config.port) : undefined;
}
