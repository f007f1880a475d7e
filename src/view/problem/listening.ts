import { bindPhrase, bindText } from '../address.ts';
import type { Bind } from '../../core/spec/spec.ts';
import type { Texts } from './texts.ts';

/** Our own listeners, here and (for -R) at the server. */
export const listeningTexts: Texts<
  | 'portInUse'
  | 'portPrivileged'
  | 'addressUnavailable'
  | 'pipeNeeded'
  | 'listenFailed'
  | 'acceptFailed'
  | 'remoteBindRefused'
  | 'proxyPasswordMissing'
> = {
  portInUse: ({ bind, owner, isOurs }) => {
    const by = isOurs ? ' by another forward of SSH Ports' : owner ? ` by ${owner.name} (pid ${owner.pid})` : '';
    return {
      brief: 'port taken',
      what: `${localText(bind)} is taken${by}.`,
      next: `Choose another local port, or ${isOurs ? 'stop that forward' : 'end that program'}.`,
    };
  },
  portPrivileged: ({ bind }) => ({
    brief: 'needs administrator rights',
    what: `${localText(bind)} needs administrator rights.`,
    next: 'Choose a local port of 1024 or above.',
  }),
  addressUnavailable: ({ bind }) => ({
    brief: 'no such address',
    what: `This machine has no address for ${bindText(bind)}.`,
    next: 'Choose localhost, or an address of this machine.',
  }),
  pipeNeeded: ({ bind }) => ({
    brief: 'needs a named pipe',
    what: `${localText(bind)} cannot be opened: Windows has named pipes in the place of Unix sockets.`,
    next: 'Choose a pipe, such as //./pipe/docker_engine, or a local port.',
  }),
  listenFailed: ({ bind, detail }) => ({
    brief: 'port not opened',
    what: `${localText(bind)} cannot be opened (${detail}).`,
    next: 'Choose another local port.',
  }),
  acceptFailed: ({ detail }) => ({
    brief: 'too many connections',
    what: `This machine accepts no more connections (${detail}).`,
    next: 'Close some programs or connections.',
  }),
  remoteBindRefused: ({ bind }) => ({
    brief: 'refused by the server',
    what: `The SSH server refused to listen on ${bindPhrase(bind, 'port')}.`,
    next:
      bind.kind === 'unix'
        ? 'Remove the socket that an earlier connection may have left there, or set StreamLocalBindUnlink in sshd_config. AllowStreamLocalForwarding may forbid it.'
        : 'Choose another port: this one may be taken or below 1024. PermitListen and AllowTcpForwarding in sshd_config may forbid it.',
  }),
  proxyPasswordMissing: () => ({
    brief: 'password missing',
    what: 'This proxy asks for a password, and the secret store has none for it.',
    next: 'Set the password again: “Protect SOCKS Proxy with a Password…”.',
  }),
};

function localText(bind: Bind): string {
  return bindPhrase(bind, 'Local port');
}
