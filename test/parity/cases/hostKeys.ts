import type { ParityCase } from '../case.ts';

const certified = { kind: 'sshd', certifiedFor: 'node1.example.test' } as const;
const node = ['HostName node1.example.test', 'Port 3022', 'ProxyCommand nc 127.0.0.1 {port}'];

const inDns = ['VerifyHostKeyDNS yes', ...node];

/** A3 and a part of A8: host certificates and known_hosts. */
export const hostKeys: readonly ParityCase[] = [
  {
    kind: 'A3',
    name: 'an authority without a port, for a host on another port',
    server: certified,
    config: node,
    knownHostsFile: '01.known_hosts',
  },
  {
    kind: 'A3',
    name: 'an authority beside an outdated plain line',
    server: certified,
    config: node,
    knownHostsFile: '02.known_hosts',
  },
  {
    kind: 'A3',
    name: 'an authority after an outdated plain line without a port',
    server: certified,
    config: node,
    knownHosts: ['node1.example.test {otherKey}', '@cert-authority *.example.test {ca}'],
  },
  {
    kind: 'A3',
    name: 'a certificate for another name',
    server: { kind: 'sshd', certifiedFor: 'node2.example.test' },
    config: node,
    knownHosts: ['@cert-authority *.example.test {ca}'],
  },
  {
    kind: 'A3',
    name: 'a certificate of a revoked authority',
    server: certified,
    config: node,
    knownHosts: ['@cert-authority *.example.test {ca}', '@revoked * {ca}'],
  },
  {
    kind: 'A3',
    name: 'an authority that did not sign, and the plain key of the host',
    server: certified,
    config: node,
    knownHosts: ['@cert-authority *.example.test {otherKey}', '[node1.example.test]:3022 {hostKey}'],
  },
  { kind: 'A3', name: 'a changed key', knownHosts: ['[127.0.0.1]:{port} {otherKey}'] },
  { kind: 'A3', name: 'an unknown key', knownHosts: [] },
  { kind: 'A3', name: 'a plain line without a port, for a host on another port', knownHosts: ['127.0.0.1 {hostKey}'] },
  { kind: 'A3', name: 'a revoked key', knownHosts: ['[127.0.0.1]:{port} {hostKey}', '@revoked * {hostKey}'] },
  {
    kind: 'A8',
    name: 'VerifyHostKeyDNS: an unknown key that a signed answer names',
    config: inDns,
    knownHosts: [],
    mounts: 'signedSshfp',
  },
  { kind: 'A8', name: 'VerifyHostKeyDNS: an unknown key, and no answer', config: inDns, knownHosts: [] },
  {
    kind: 'A8',
    name: 'VerifyHostKeyDNS: a known key, and no answer',
    config: inDns,
    knownHosts: ['[node1.example.test]:3022 {hostKey}'],
  },
];
