import type { ClientCallback, ClientChannel } from 'ssh2';
import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { Exec, ExecChannel, ExecProblem } from '../../detect/exec.ts';
import type { Dial, DialProblem } from '../../forward/dial.ts';
import type { Endpoint } from '../../spec/spec.ts';
import { abandon } from './channel.ts';
import type { Connection, ConnectionFacts } from '../connection.ts';
import { channelCount, channelOpenFailure } from './internals.ts';
import { keepAlive } from './keepAlive.ts';
import type { SshClient } from './client.ts';
import { useKeyObjects } from './keyObjects.ts';
import { reusePacketBuffer } from './packetBuffer.ts';
import { limitKeys } from './rekey.ts';
import { RemoteListeners } from './remoteListeners.ts';

export interface BuiltinConnection extends Connection {
  /** Includes channels that are opening. For the diagnosis, and for tests that look for leaks. */
  openChannels(): number;
}

/** The connection that ssh2 carries. `closeRoute` closes what carries the client: jump hosts, a proxy. */
export function builtinConnection(
  client: SshClient,
  config: HostConfig,
  facts: ConnectionFacts,
  closeRoute: () => Promise<void>,
): BuiltinConnection {
  const listeners = new RemoteListeners(client);
  const stopKeepAlive = keepAlive(client, config);
  limitKeys(client, config);
  reusePacketBuffer(client);
  useKeyObjects(client);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    stopKeepAlive();
    await client.close();
    await closeRoute();
  };
  void client.closed.then(() => {
    closing ??= close();
    return closing;
  });
  return {
    facts,
    dial: dial(client),
    exec: exec(client, config),
    listenRemote: listeners.listen,
    ping: (signal) => client.ping(signal),
    signOfLife: (signal) => client.signOfLife(signal),
    retransmits: () => client.retransmits(),
    giveUp: () => client.end({ kind: 'lost', why: 'keepalive', detail: '' }),
    closed: client.closed,
    openChannels: () => channelCount(client.ssh2),
    close: () => (closing ??= close()),
  };
}

function dial(client: SshClient): Dial {
  return async (to, signal) => {
    try {
      const channel = await client.request<ClientChannel>(
        (answer) => {
          if (to.kind === 'tcp') client.ssh2.forwardOut('127.0.0.1', 0, to.host, to.port, answer);
          else client.ssh2.openssh_forwardOutStreamLocal(to.path, answer);
        },
        discard,
        signal,
      );
      return client.streamOf(channel);
    } catch (error) {
      const failure = channelOpenFailure(error);
      throw failure ? new UserError<DialProblem>(dialProblem(to, failure), { cause: error }) : error;
    }
  };
}

/** The reason codes of RFC 4254 §5.1. */
function dialProblem(to: Endpoint, { reason, detail }: { reason: unknown; detail: string }): DialProblem {
  const code = reason === 1 ? 'forwardingProhibited' : reason === 2 ? 'connectFailed' : 'channelRefused';
  return { code, to, detail };
}

function exec(client: SshClient, config: HostConfig): Exec {
  return async (command, signal) => {
    let status: number | undefined;
    const open = (agentForward: boolean): Promise<ClientChannel> => {
      const options = { env: { ...config.env }, agentForward };
      return client.request<ClientChannel>(
        (answer) => {
          const opened: ClientCallback = (error, channel) => {
            // RACE: the exit status of a short command may follow in the same packet, so the callback itself listens.
            if (!error) channel.on('exit', (code: number | null) => (status = code ?? undefined));
            answer(error, channel);
          };
          if (command === '') client.ssh2.shell(false, options, opened);
          else client.ssh2.exec(command, options, opened);
        },
        discard,
        signal,
      );
    };
    const hasAgent = config.forwardAgent && config.identityAgent !== undefined;
    const channel = await open(hasAgent)
      // ssh2 gives up the whole session when the server refuses the agent (AllowAgentForwarding no).
      .catch((error: unknown) => {
        if (!hasAgent || error instanceof UserError || signal.aborted) throw error;
        return open(false);
      })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        if (error instanceof UserError) throw error;
        throw new UserError<ExecProblem>({ code: 'execRefused' }, { cause: error });
      });
    return execChannel(client, channel, () => status);
  };
}

function execChannel(client: SshClient, channel: ClientChannel, status: () => number | undefined): ExecChannel {
  const stream = client.streamOf(channel);
  let settle = (): void => undefined;
  const exit = new Promise<{ status: number | undefined }>((resolve) => (settle = () => resolve({ status: status() })));
  channel.once('close', settle);
  void client.closed.then(settle);
  const close = (): void => {
    stream.destroy();
    stream.abandon();
    settle(); // sshd closes its side only when the command closes its pipes, which may never happen
  };
  return { stdin: stream, stdout: stream, stderr: channel.stderr, exit, close };
}

/** Closes a channel that opened after its caller gave up. */
function discard(channel: ClientChannel): void {
  channel.on('error', () => undefined);
  channel.stderr.on('error', () => undefined);
  abandon(channel);
}
