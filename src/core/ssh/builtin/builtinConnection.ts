import type { ClientChannel } from 'ssh2';
import { errorText, UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { Exec, ExecProblem } from '../../detect/exec.ts';
import type { Dial, DialProblem } from '../../forward/dial.ts';
import type { Endpoint } from '../../spec/spec.ts';
import { abandon } from './channel.ts';
import type { Connection, ConnectionFacts } from '../connection.ts';
import { channelCount } from './internals.ts';
import { keepAlive } from './keepAlive.ts';
import type { SshClient } from './client.ts';
import { reusePacketBuffer } from './packetBuffer.ts';
import { limitKeys } from './rekey.ts';
import { RemoteListeners } from './remoteListeners.ts';

export interface BuiltinConnection extends Connection {
  /** Opening ones included. For the diagnosis, and for the tests that look for leaks. */
  openChannels(): number;
}

/** The connection that ssh2 carries. `closeRoute` ends what it stands on: jump hosts, a proxy. */
export function builtinConnection(
  link: SshClient,
  config: HostConfig,
  facts: ConnectionFacts,
  closeRoute: () => Promise<void>,
): BuiltinConnection {
  const listeners = new RemoteListeners(link);
  const stopKeepAlive = keepAlive(link, config);
  limitKeys(link, config);
  reusePacketBuffer(link);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    stopKeepAlive();
    await link.close();
    await closeRoute();
  };
  void link.closed.then(() => {
    closing ??= close();
    return closing;
  });
  return {
    facts,
    dial: dial(link),
    exec: exec(link, config),
    listenRemote: listeners.listen,
    ping: (signal) => link.ping(signal),
    check: (limitMs) => link.check(limitMs),
    closed: link.closed,
    openChannels: () => channelCount(link.client),
    close: () => (closing ??= close()),
  };
}

function dial(link: SshClient): Dial {
  return async (to, signal) => {
    try {
      const channel = await link.request<ClientChannel>(
        (answer) => {
          if (to.kind === 'tcp') link.client.forwardOut('127.0.0.1', 0, to.host, to.port, answer);
          else link.client.openssh_forwardOutStreamLocal(to.path, answer);
        },
        discard,
        signal,
      );
      return link.stream(channel);
    } catch (error) {
      throw isChannelFailure(error) ? new UserError<DialProblem>(dialProblem(to, error), { cause: error }) : error;
    }
  };
}

/** ssh2 puts SSH_MSG_CHANNEL_OPEN_FAILURE's reason code (RFC 4254 §5.1) on the error. */
function isChannelFailure(error: unknown): error is Error & { readonly reason: unknown } {
  return error instanceof Error && 'reason' in error;
}

function dialProblem(to: Endpoint, error: Error & { readonly reason: unknown }): DialProblem {
  const code = error.reason === 1 ? 'forwardingProhibited' : error.reason === 2 ? 'connectFailed' : 'channelRefused';
  return { code, to, detail: errorText(error).replace('(SSH) Channel open failure: ', '') };
}

function exec(link: SshClient, config: HostConfig): Exec {
  return async (command, signal) => {
    const open = (agentForward: boolean): Promise<ClientChannel> => {
      const options = { env: { ...config.env }, agentForward };
      return link.request<ClientChannel>(
        (answer) =>
          command === '' ? link.client.shell(false, options, answer) : link.client.exec(command, options, answer),
        discard,
        signal,
      );
    };
    const hasAgent = config.forwardAgent && config.identityAgent !== undefined;
    const channel = await open(hasAgent)
      // ssh2 gives up the whole session when the server does not want the agent (AllowAgentForwarding no).
      .catch((error: unknown) => {
        if (!hasAgent || error instanceof UserError || signal.aborted) throw error;
        return open(false);
      })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        if (error instanceof UserError) throw error;
        throw new UserError<ExecProblem>({ code: 'execRefused' }, { cause: error });
      });
    let status: number | undefined;
    channel.on('exit', (code: number | null) => (status = code ?? undefined));
    const stream = link.stream(channel);
    let settle = (): void => undefined;
    const exit = new Promise<{ status: number | undefined }>((resolve) => (settle = () => resolve({ status })));
    channel.once('close', settle);
    void link.closed.then(settle);
    const close = (): void => {
      stream.destroy();
      stream.abandon();
      settle(); // sshd closes its side only once the command lets go of its pipes, which may be never
    };
    return { stdin: stream, stdout: stream, stderr: channel.stderr, exit, close };
  };
}

/** A channel that opened after nobody wanted it any more. */
function discard(channel: ClientChannel): void {
  channel.on('error', () => undefined);
  channel.stderr.on('error', () => undefined);
  abandon(channel);
}
