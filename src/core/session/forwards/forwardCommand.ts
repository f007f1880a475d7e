import { readDestination } from '../../spec/destination.ts';
import { formatCommand, parseCommand } from '../../spec/command.ts';
import { withLocalPort } from './localPort.ts';
import { withAddressOfNow } from '../ports/containerReach.ts';
import { answeringPort, type ForwardState, type HostState } from '../state.ts';

/** The ssh command that opens the same forward in a terminal: with the options of the host and the actual local port. */
export function forwardCommand(
  { name: hostName, remotePorts }: Pick<HostState, 'name' | 'remotePorts'>,
  options: readonly string[],
  forward: ForwardState,
): string {
  const port = answeringPort(forward);
  const now = withAddressOfNow(forward, remotePorts);
  const spec = port === undefined ? now : withLocalPort(now, port);
  return formatCommand({
    ...parseCommand([]),
    ...readDestination(hostName),
    options,
    mode: 'forward',
    forwards: [spec],
  });
}
