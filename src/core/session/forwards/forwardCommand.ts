import { readDestination } from '../../spec/destination.ts';
import { formatCommand, parseCommand } from '../../spec/command.ts';
import { withLocalPort } from './localPort.ts';
import { answeringPort, type ForwardState } from '../state.ts';

/** The ssh command that opens the same forward in a terminal: with the options of the host and the actual local port. */
export function forwardCommand(hostName: string, options: readonly string[], forward: ForwardState): string {
  const port = answeringPort(forward);
  const spec = port === undefined ? forward.spec : withLocalPort(forward.spec, port);
  return formatCommand({
    ...parseCommand([]),
    ...readDestination(hostName),
    options,
    mode: 'forward',
    forwards: [spec],
  });
}
