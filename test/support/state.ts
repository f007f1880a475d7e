import type { RemotePort } from '../../src/core/detect/remotePort.ts';
import { requestFor } from '../../src/core/session/forwardRequests.ts';
import {
  type ForwardState,
  type ForwardStatus,
  type HostState,
  newHost,
  type SeenPort,
} from '../../src/core/session/state.ts';

/** Builders of state for tests: the usual value, and what the test changes of it. */
export const facts = {
  transport: 'builtin',
  serverVersion: 'SSH-2.0-OpenSSH_9.2p1',
  cipher: 'aes128-gcm@openssh.com',
  kex: 'curve25519-sha256',
  hostKey: 'ssh-ed25519',
  via: [],
  authMethod: 'publickey',
} as const;

export const online = { kind: 'online', since: 0, facts } as const;

export const noTraffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 } as const;

export function hostState(change: Partial<HostState> = {}): HostState {
  return { ...newHost('devbox', { kind: 'typed' }), ...change };
}

type OpenStatus = Extract<ForwardStatus, { readonly kind: 'open' }>;

/** A forward that listens on a local port. */
export function openAt(port: number, change: Partial<OpenStatus> = {}): OpenStatus {
  return { kind: 'open', bound: [{ kind: 'tcp', address: '127.0.0.1', port }], traffic: noTraffic, ...change };
}

/** An open auto-forward of a remote port to the same local port. */
export function forwardState(port: number, change: Partial<ForwardState> = {}): ForwardState {
  const { spec } = requestFor(port, 'auto');
  return { id: String(port), spec, origin: 'auto', remotePort: port, status: openAt(port), ...change };
}

/** A port at which a Node program of the user listens. */
export function remotePort(port: number, change: Partial<RemotePort> = {}): RemotePort {
  const process = { pid: 7, name: 'node', commandLine: ['node', 'server.js'] };
  return { port, addresses: ['0.0.0.0'], owner: 'self', socketId: '1', process, ...change };
}

export function seenPort(port: number, change: Partial<SeenPort> = {}): SeenPort {
  return { ...remotePort(port), seenAt: 0, wasThere: false, ...change };
}
