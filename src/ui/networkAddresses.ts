import { networkInterfaces } from '../base/networkInterfaces.ts';
import { type ForwardState, localPort } from '../core/session/state.ts';
import { address } from '../view/address.ts';
import { isOnNetwork } from '../view/forwardActions.ts';

/** The addresses at which other machines reach a forward now. None for a forward of this machine alone. */
export function networkAddresses(forward: ForwardState): readonly string[] {
  const port = localPort(forward);
  if (port === undefined || !isOnNetwork(forward)) return [];
  const scheme = forward.spec.kind === 'dynamic' ? 'socks5' : (forward.protocol ?? 'http');
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map((each) => `${scheme}://${address(each.address, port)}`);
}
