import net from 'node:net';
import { start, stop } from './child.ts';

/**
 * Makes a port of the loopback of another network (network_namespaces(7)) answer at the same port of this machine. `runner`
 * runs a program in that network. Returns what ends it.
 */
export async function relayInto(runner: readonly string[], port: number): Promise<() => void> {
  const command = [...runner, 'nc', '127.0.0.1', String(port)];
  const server = net.createServer((near) => {
    const far = start(command[0] ?? '', command.slice(1), { stdio: 'pipe' });
    near.on('error', () => undefined).once('close', () => void stop(far));
    far.stdin?.on('error', () => undefined);
    if (far.stdin && far.stdout) near.pipe(far.stdin);
    far.stdout?.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return () => server.close();
}
