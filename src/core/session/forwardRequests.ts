import { isLoopback } from '../spec/bindScope.ts';
import type { ForwardSpec } from '../spec/spec.ts';
import type { ForwardRequest } from './forward.ts';
import type { ForwardState } from './state.ts';

/** The local forward of a port of the remote, as the user would type it. */
export function requestFor(port: number, origin: ForwardState['origin'], label?: string): ForwardRequest {
  const spec: ForwardSpec = {
    kind: 'local',
    bind: { kind: 'tcp', host: undefined, port },
    to: { kind: 'tcp', host: 'localhost', port },
  };
  return { spec, origin, remotePort: port, localPort: 'near', ...(label !== undefined && { label }) };
}

/** What somebody typed: a lone port may move to another local one, a local port that was named may not. */
export function typedRequest(spec: ForwardSpec): ForwardRequest {
  const served = servedPort(spec);
  const isSamePort = spec.bind.kind === 'tcp' && spec.bind.port === served.remotePort;
  return { spec, origin: 'user', localPort: isSamePort ? 'near' : 'exact', ...served };
}

/** The port of the remote itself that a local forward leads to, if it does. */
export function servedPort(spec: ForwardSpec): { readonly remotePort?: number } {
  const isServed = spec.kind === 'local' && spec.to.kind === 'tcp' && isLoopback(spec.to.host);
  return isServed && spec.to.kind === 'tcp' ? { remotePort: spec.to.port } : {};
}
