import { isPort } from '../../spec/port.ts';

/** A docker-proxy process: it listens at a port of the host and connects to a port of a container. */
export interface Proxy {
  readonly hostPort: number;
  readonly address: string;
  readonly port: number;
}

/** Reads command lines, one per line: `docker-proxy -proto tcp -host-ip :: -host-port 8080 -container-ip …`. */
export function parseProxies(text: string): readonly Proxy[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(' ');
    if (!/(?:^|\/)docker-proxy$/.test(words[0] ?? '')) return [];
    const option = (name: string): string => words[words.indexOf(`-${name}`) + 1] ?? '';
    const [hostPort, port] = [Number(option('host-port')), Number(option('container-port'))];
    const isRead = option('proto') === 'tcp' && isPort(hostPort) && isPort(port);
    return isRead ? [{ hostPort, address: option('container-ip').toLowerCase(), port }] : [];
  });
}
