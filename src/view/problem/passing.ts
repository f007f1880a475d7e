import { endpoint } from '../address.ts';
import type { Texts } from './texts.ts';

const localConnectNext = {
  refused: 'Start the server on this machine, or check the port.',
  unreachable: 'Check the address and the network.',
  nameUnknown: 'Check the name.',
  prohibited: 'Allow the destination with PermitRemoteOpen in the SSH configuration.',
  other: 'Check the address, and the server at that address.',
} as const;

/** One connection of a forward, or one command, while the forward and its host go on. */
export const passingTexts: Texts<
  'connectFailed' | 'forwardingProhibited' | 'channelRefused' | 'localConnectFailed' | 'execRefused'
> = {
  connectFailed: ({ to, detail }) => ({
    brief: 'no answer',
    what: `Nothing answers at ${endpoint(to)} on the remote (${detail}).`,
    next: 'Start the server on the remote, or check host and port.',
  }),
  forwardingProhibited: ({ to, detail }) => ({
    brief: 'forbidden by the server',
    what: `The SSH server forbids forwarding to ${endpoint(to)} (${detail}).`,
    next: 'Ask its administrator to allow it: AllowTcpForwarding and PermitOpen in sshd_config, or the options of your key.',
  }),
  channelRefused: ({ to, detail }) => ({
    brief: 'refused by the server',
    what: `The SSH server opened no channel to ${endpoint(to)} (${detail}).`,
    next: 'Try again: the server may be short of resources.',
  }),
  localConnectFailed: ({ to, reason, detail }) => ({
    brief: 'no answer here',
    what: `This machine could not connect to ${endpoint(to)} (${detail}).`,
    next: localConnectNext[reason],
  }),
  execRefused: () => ({
    brief: 'no commands',
    what: 'The SSH server runs no commands for this login.',
    next: 'Forward Port still works: type the port.',
  }),
};
