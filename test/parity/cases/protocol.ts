import type { ParityCase } from '../case.ts';

/** A9, and what forwards do at a real server. */
export const protocol: readonly ParityCase[] = [
  {
    kind: 'A9',
    name: 'an identification that begins with a blank',
    server: { kind: 'scripted', identification: ' text', login: { kind: 'accept' } },
  },
  {
    kind: 'A9',
    name: 'an identification that is not ASCII',
    server: { kind: 'scripted', identification: 'Serv\u{e9}r', login: { kind: 'accept' } },
  },
  {
    kind: 'A9',
    name: 'a server that never answers a keepalive, for 65 s, without ServerAliveInterval',
    server: { kind: 'scripted', login: { kind: 'accept' }, ignoresKeepalive: true },
    action: { kind: 'local', afterSeconds: 65 },
    isSlow: true,
  },
  {
    kind: 'A9',
    name: 'a server that never answers a keepalive, with ServerAliveInterval 1',
    server: { kind: 'scripted', login: { kind: 'accept' }, ignoresKeepalive: true },
    config: ['ServerAliveInterval 1'],
    action: { kind: 'local', afterSeconds: 8 },
  },
  { kind: 'fwd', name: 'a remote forward', action: { kind: 'remote' } },
  { kind: 'fwd', name: 'a SOCKS proxy', action: { kind: 'socks' } },
  {
    kind: 'fwd',
    name: 'a remote forward that the server refuses, with ExitOnForwardFailure',
    server: { kind: 'sshd', config: ['AllowTcpForwarding local'] },
    config: ['ExitOnForwardFailure yes'],
    action: { kind: 'remote' },
  },
];
