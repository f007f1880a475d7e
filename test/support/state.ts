import type { Program } from '../../src/core/detect/identify/program.ts';
import type { RemotePort } from '../../src/core/detect/remotePort.ts';
import { parseForward } from '../../src/core/spec/grammar.ts';
import { requestFor } from '../../src/core/session/forwards/forwardRequests.ts';
import {
  type AppState,
  emptyState,
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

/** Of a forward that carries its third connection. */
export const someTraffic = {
  openConnections: 1,
  totalConnections: 3,
  bytesToRemote: 2000,
  bytesFromRemote: 1_400_000,
} as const;

export const noTraffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 } as const;

export function hostState(change: Partial<HostState> = {}): HostState {
  return { ...newHost('devbox', { kind: 'typed' }), ...change };
}

export type OpenStatus = Extract<ForwardStatus, { readonly kind: 'open' }>;

/** A forward that listens on a local port. */
export function openAt(port: number, change: Partial<OpenStatus> = {}): OpenStatus {
  return { kind: 'open', bound: [{ kind: 'tcp', address: '127.0.0.1', port }], traffic: noTraffic, ...change };
}

/** An open auto-forward of a remote port to the same local port. */
export function forwardState(port: number, change: Partial<ForwardState> = {}): ForwardState {
  const { spec } = requestFor(port, 'auto');
  return { id: String(port), spec, origin: 'auto', remotePort: port, status: openAt(port), ...change };
}

/** A port at which a Node program of the user listens, as ss tells it. */
export function remotePort(port: number, change: Partial<RemotePort> = {}): RemotePort {
  const process = { pid: 7, name: 'node', commandLine: ['node', 'server.js'] };
  return { port, addresses: ['0.0.0.0'], owner: 'self', socketId: '1', backlog: 511, process, ...change };
}

export function seenPort(port: number, change: Partial<SeenPort> = {}): SeenPort {
  return { ...remotePort(port), seenAt: 0, wasThere: false, ...change };
}

export function appState(...hosts: readonly HostState[]): AppState {
  return { ...emptyState, hosts };
}

/** A connected host of the SSH configuration whose remote ports are watched. */
export function onlineHost(change: Partial<HostState> = {}): HostState {
  const source = { kind: 'config', file: '/home/me/.ssh/config', line: 3 } as const;
  const detection = { kind: 'watching', method: 'ss', pollMs: 500 } as const;
  return hostState({ source, link: online, detection, ...change });
}

export const flask: Program = {
  framework: 'flask',
  name: 'Flask',
  icon: 'beaker',
  role: 'devServer',
  scheme: 'http',
  evidence: 'answer',
};

/** The remote port of a Flask dev server. */
export function flaskPort(port = 5000, change: Partial<SeenPort> = {}): SeenPort {
  const process = { pid: 812, name: 'flask', commandLine: ['flask', 'run'] };
  return seenPort(port, { addresses: ['127.0.0.1'], process, program: flask, ...change });
}

/** The remote port of an sshd that belongs to another user: its process cannot be seen. */
export const sshdPort: SeenPort = {
  port: 22,
  addresses: ['0.0.0.0', '::'],
  program: { framework: 'sshd', name: 'OpenSSH', icon: 'lock', role: 'infrastructure' },
  seenAt: 0,
  wasThere: true,
};

/** An open -R forward of a port of the remote to the sshd of this machine. */
export function remoteForward(port: number, change: Partial<ForwardState> = {}): ForwardState {
  const spec = parseForward('remote', `${port}:localhost:22`);
  return { id: `R${port}`, spec, origin: 'user', status: openAt(port), ...change };
}
