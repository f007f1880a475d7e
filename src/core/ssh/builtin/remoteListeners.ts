import type { AcceptConnection, ClientChannel, RejectConnection } from 'ssh2';
import { UserError } from '../../../base/userError.ts';
import type { IncomingConnection, ListenRemote, ListenRemoteProblem, RemoteListener } from '../../forward/dial.ts';
import type { Bind } from '../../spec/spec.ts';
import { PendingCancellations } from '../pendingCancellations.ts';
import type { SshClient } from './client.ts';

const CANCEL_MS = 10_000;

type OnConnection = (connection: IncomingConnection) => void;

/** The listeners that the server holds for us. Hands each incoming channel to the listener that it belongs to. */
export class RemoteListeners {
  readonly #client: SshClient;
  readonly #handlers = new Map<string, OnConnection>();
  readonly #cancellations = new PendingCancellations();

  constructor(client: SshClient) {
    this.#client = client;
    client.ssh2.on('tcp connection', ({ destIP, destPort, srcIP, srcPort }, accept, reject) =>
      this.#incoming(`${destIP}:${destPort}`, { originHost: srcIP, originPort: srcPort }, accept, reject),
    );
    client.ssh2.on('unix connection', ({ socketPath }, accept, reject) =>
      this.#incoming(socketPath, { originHost: '', originPort: 0 }, accept, reject),
    );
  }

  readonly listen: ListenRemote = async (bind, onConnection, signal) => {
    await this.#cancellations.settled(signal);
    let settle = (): void => undefined;
    const undone = new Promise<void>((resolve) => (settle = resolve));
    const port = await this.#client
      .request<number>(
        // RACE: a first connection may follow in the same packet, so the callback itself must add the handler.
        (answer) =>
          this.#ask(bind, onConnection, (error, value) => {
            answer(error, value);
            if (error) settle();
          }),
        (late) => void this.#cancel(bind, late).then(settle),
        signal,
      )
      .catch((error: unknown) => {
        if (signal.aborted) this.#cancellations.add(Promise.race([undone, this.#client.closed]));
        signal.throwIfAborted();
        if (error instanceof UserError) throw error;
        throw new UserError<ListenRemoteProblem>({ code: 'remoteBindRefused', bind }, { cause: error });
      });
    let closing: Promise<void> | undefined;
    return { port, close: () => (closing ??= this.#cancel(bind, port)) } satisfies RemoteListener;
  };

  #ask(bind: Bind, onConnection: OnConnection, answer: (error: Error | null | undefined, port: number) => void): void {
    const { ssh2 } = this.#client;
    const done = (error: Error | null | undefined, port: number): void => {
      if (!error) this.#handlers.set(key(bind, port), onConnection);
      answer(error, port);
    };
    if (bind.kind === 'tcp') ssh2.forwardIn(wireHost(bind.host), bind.port, done);
    else ssh2.openssh_forwardInStreamLocal(bind.path, (error) => done(error, 0));
  }

  /** Never rejects: a server that is gone, or that does not know the listener, holds nothing. */
  async #cancel(bind: Bind, port: number): Promise<void> {
    this.#handlers.delete(key(bind, port));
    const { ssh2 } = this.#client;
    await this.#client
      .request<void>(
        (answer) => {
          const done = (error?: Error | null): void => answer(error, undefined);
          if (bind.kind === 'tcp') ssh2.unforwardIn(wireHost(bind.host), port, done);
          else ssh2.openssh_unforwardInStreamLocal(bind.path, done);
        },
        () => undefined,
        AbortSignal.timeout(CANCEL_MS),
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
    if (!onConnection) reject();
    else onConnection({ ...origin, accept: () => this.#client.streamOf(accept() as ClientChannel), reject });
  }
}

/** The host as ssh(1) -R sends it: no host means loopback, `*` means every interface. */
function wireHost(host: string | undefined): string {
  return host === undefined ? 'localhost' : host === '*' ? '' : host;
}

function key(bind: Bind, port: number): string {
  return bind.kind === 'tcp' ? `${wireHost(bind.host)}:${port}` : bind.path;
}
