import type { HostProblem } from '../../core/ssh/connection.ts';
import { address, endpoint } from '../address.ts';
import type { Texts } from './texts.ts';

const phases = {
  connect: 'it did not accept the TCP connection',
  handshake: 'it did not finish the SSH handshake',
  auth: 'it did not finish the login',
} as const;

/** From here to the SSH server of a host. */
export const reachingTexts: Texts<
  | 'dnsFailed'
  | 'connectionRefused'
  | 'unreachable'
  | 'bindFailed'
  | 'timeout'
  | 'handshakeEnded'
  | 'noCommonAlgorithm'
  | 'proxyFailed'
  | 'jumpFailed'
  | 'linkLost'
> = {
  dnsFailed: ({ host, hostName }) => ({
    brief: 'name not found',
    what: `The name ${hostName}${hostName === host ? '' : ` of ${host}`} cannot be resolved.`,
    next: 'Check the network, the VPN, and HostName in the SSH configuration.',
  }),
  connectionRefused: ({ host, address: ip, port }) => ({
    brief: 'refused',
    what: `${host} refused the connection: nothing listens on ${address(ip, port)}.`,
    next: 'Check that the SSH server runs, and check Port in the SSH configuration.',
  }),
  unreachable: ({ host, address: ip, port, detail }) => ({
    brief: 'unreachable',
    what: `${host} cannot be reached at ${address(ip, port)} (${detail}).`,
    next: 'Check the network, the VPN and the firewall.',
  }),
  bindFailed: ({ host, bindAddress, detail }) => ({
    brief: 'no such local address',
    what: `${bindAddress}, from which to connect to ${host}, is no address of this machine (${detail}).`,
    next: 'Check the network and the VPN, and BindAddress in the SSH configuration.',
  }),
  timeout: ({ host, phase }) => ({
    brief: 'timeout',
    what: `${host} did not answer in time: ${phases[phase]}.`,
    next: 'Check the network, the VPN and the firewall, and connect again.',
  }),
  handshakeEnded: ({ host, detail }) => ({
    brief: 'hung up',
    what: `${host} closed the connection before the login${detail ? ` (${detail})` : ''}.`,
    next: 'Wait a minute and connect again: the server may be overloaded or may have banned this address. Or check Port in the SSH configuration: another program than an SSH server may listen there.',
  }),
  noCommonAlgorithm: ({ host, what, server }) => ({
    brief: 'no common algorithm',
    what: `${host} offers no ${what} that SSH Ports supports (the server offers ${server.join(', ') || 'none'}).`,
    next: 'Allow a newer algorithm on the server, or name one of these in the SSH configuration.',
  }),
  proxyFailed: ({ host, command, detail }) => ({
    brief: 'ProxyCommand failed',
    what: `The ProxyCommand of ${host} ended: ${detail}.`,
    next: `Try the command in a terminal: ${command}`,
  }),
  jumpFailed: ({ host, via, why }) => ({
    brief: 'jump host failed',
    what: `The jump host ${via} did not reach ${host} (${jumpWords(why)}).`,
    next: `Check that ${via} may forward connections, and that ${via} can reach ${host}.`,
  }),
  linkLost: () => ({
    brief: 'connection lost',
    what: 'The connection to the host is lost.',
    next: 'SSH Ports reconnects as soon as the host answers.',
  }),
};

function jumpWords(why: Extract<HostProblem, { readonly code: 'jumpFailed' }>['why']): string {
  switch (why.code) {
    case 'connectFailed':
    case 'channelRefused':
      return why.detail;
    case 'forwardingProhibited':
      return `it forbids forwarding to ${endpoint(why.to)}: ${why.detail}`;
    case 'linkLost':
      return 'the connection to it was lost';
    case 'loop':
      return 'the jump hosts form a loop';
  }
}
