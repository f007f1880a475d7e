import type { AcceptConnection, ClientChannel, RejectConnection } from 'ssh2';
import { UserError } from '../../../base/userError.ts';
import type { IncomingConnection, ListenRemote, ListenRemoteProblem, RemoteListener } from '../../forward/dial.ts';
import type { Bind } from '../../spec/spec.ts';
import { UnclaimedChannels } from '../pendingCancellations.ts';
import type { SshClient } from './client.ts';

type OnConnection = (connection: IncomingConnection) => void;

/** The listeners that the server holds for us, and which of them an incoming channel belongs to. */
export class RemoteListeners {
  readonly #link: SshClient;
  readonly #handlers = new Map<string, OnConnection>();
  readonly #abandoned = new UnclaimedChannels();

  constructor(link: SshClient) {
    this.#link = link;
    link.client.on('tcp connection', ({ destIP, destPort, srcIP, srcPort }, accept, reject) =>
      this.#incoming(`${destIP}:${destPort}`, { originHost: srcIP, originPort: srcPort }, accept, reject),
    );
    link.client.on('unix connection', ({ socketPath }, accept, reject) =>
      this.#incoming(socketPath, { originHost: '', originPort: 0 }, accept, reject),
    );
  }

  readonly listen: ListenRemote = async (bind, onConnection, signal) => {
    await this.#abandoned.gone(signal);
    let settle = (): void => undefined;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const port = await this.#link
      .request<number>(
        // The handler has to be there within the callback: a first connection may follow in the same packet.
        (answer) =>
          this.#ask(bind, onConnection, (error, value) => {
            answer(error, value);
            if (error) settle();
          }),
        (late) => void this.#cancel(bind, late).then(settle),
        signal,
      )
      .catch((error: unknown) => {
        if (signal.aborted) this.#abandoned.add(Promise.race([settled, this.#link.closed]));
        signal.throwIfAborted();
        if (error instanceof UserError) throw error;
        throw new UserError<ListenRemoteProblem>({ code: 'remoteBindRefused', bind }, { cause: error });
      });
    let closing: Promise<void> | undefined;
    return { port, close: () => (closing ??= this.#cancel(bind, port)) } satisfies RemoteListener;
  };

  #ask(bind: Bind, onConnection: OnConnection, answer: (error: Error | null | undefined, port: number) => void): void {
    const { client } = this.#link;
    const done = (error: Error | null | undefined, port: number): void => {
      if (!error) this.#handlers.set(key(bind, port), onConnection);
      answer(error, port);
    };
    if (bind.kind === 'tcp') client.forwardIn(wireHost(bind.host), bind.port, done);
    else client.openssh_forwardInStreamLocal(bind.path, (error) => done(error, 0));
  }

  /** Never rejects: a server that is gone, or that does not know the listener any more, holds it no longer. */
  async #cancel(bind: Bind, port: number): Promise<void> {
    this.#handlers.delete(key(bind, port));
    const { client } = this.#link;
    await this.#link
      .request<void>(
        (answer) => {
          const done = (error?: Error | null): void => answer(error, undefined);
          if (bind.kind === 'tcp') client.unforwardIn(wireHost(bind.host), port, done);
          else client.openssh_unforwardInStreamLocal(bind.path, done);
        },
        () => undefined,
        AbortSignal.timeout(10_000),
      )
      .catch(() => undefined);
  }

  #incoming(
    name: string,
    origin: { readonly originHost: string; readonly originPort: number },
    accept: AcceptConnection,
    reject: RejectConnection,
  ): void {
    const onConnection = this.#handlers.get(name);
    if (onConnection) onConnection({ ...origin, accept: () => this.#link.stream(accept() as ClientChannel), reject });
    else reject();
  }
}

/** As ssh(1) -R sends it: nothing given is loopback, `*` is every interface. */
function wireHost(host: string | undefined): string {
  return host === undefined ? 'localhost' : host === '*' ? '' : host;
}

function key(bind: Bind, port: number): string {
  return bind.kind === 'tcp' ? `${wireHost(bind.host)}:${port}` : bind.path;
}
