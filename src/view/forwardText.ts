import type { Bind, ForwardSpec } from '../core/spec/spec.ts';
import { answeringPort, findPort, type ForwardState, type HostState } from '../core/session/state.ts';
import { address, bindText, endpoint } from './address.ts';

/** `localhost:5000`: the local address of a forward, also of another window. Undefined while nothing answers there. */
export function localAddress(forward: ForwardState): string | undefined {
  const { spec, status } = forward;
  const port = answeringPort(forward);
  if (port !== undefined) return address(localHost(spec.bind), port);
  const isLocal = spec.kind === 'local' || spec.kind === 'dynamic';
  return status.kind === 'open' && isLocal && spec.bind.kind === 'unix' ? spec.bind.path : undefined;
}

/** The URL behind a forward: with the scheme and path that the program gave, or as a public service printed it. */
export function forwardUrl(host: HostState, forward: ForwardState): string | undefined {
  if (forward.spec.kind === 'remote') return host.publicUrl;
  const port = answeringPort(forward);
  if (port === undefined || forward.spec.kind !== 'local' || forward.spec.bind.kind !== 'tcp') return undefined;
  const program = findPort(host, forward.remotePort)?.program;
  return `${forward.isHttps ? 'https' : (forward.protocol ?? program?.scheme ?? 'http')}://${address(localHost(forward.spec.bind), port)}${program?.path ?? '/'}`;
}

/** The pasted address of a page, at the local end of its forward. Path, query and fragment stay. */
export function pageThrough(forward: ForwardState, page: string): string | undefined {
  const local = localAddress(forward);
  if (local === undefined || forward.spec.bind.kind !== 'tcp') return undefined;
  const { protocol, pathname, search, hash } = new URL(page);
  return `${protocol}//${local}${pathname}${search}${hash}`;
}

/** The destination of a forward, as the user would name it. */
export function destinationText(spec: ForwardSpec): string {
  switch (spec.kind) {
    case 'local':
      return spec.kubectl ? `${spec.kubectl.target}:${spec.kubectl.port}` : endpoint(spec.to);
    case 'dynamic':
      return 'SOCKS proxy';
    case 'remote':
      return `${endpoint(spec.to)} on this machine`;
    case 'remoteDynamic':
      return 'SOCKS proxy on the remote';
  }
}

/** The address at the remote where a -R forward listens. */
export function remoteBindText(forward: ForwardState): string {
  const { spec, status } = forward;
  if (status.kind === 'open') {
    const [bound] = status.bound;
    if (bound) return bound.kind === 'unix' ? bound.path : address(bound.address, bound.port);
  }
  return bindText(spec.bind);
}

/** `1.4 MB`, in powers of 1000, as browsers show sizes. */
export function byteText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? 'TB'}`;
}

function localHost(bind: Bind): string {
  if (
    bind.kind !== 'tcp' ||
    bind.host === undefined ||
    bind.host === '*' ||
    bind.host === '0.0.0.0' ||
    bind.host === '::'
  )
    return 'localhost';
  return bind.host === '127.0.0.1' || bind.host === '::1' ? 'localhost' : bind.host;
}
