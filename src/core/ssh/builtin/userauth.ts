import type { Client } from 'ssh2';
import type { AuthReply, Userauth } from '../auth/userauth.ts';
import { answered, handlersOf, protocolOf, sendPublickeyRequest, sessionId } from './internals.ts';
import { string } from '../keys/wire.ts';

const USERAUTH_REQUEST = 50;

/**
 * Drives ssh2's login messages itself. ssh2's own login sequence supports neither certificates nor security keys, signs
 * without waiting for a passphrase, and forgets partial success after a key.
 */
export class BuiltinUserauth implements Userauth {
  readonly #ssh2: Client;
  readonly #protocol: ReturnType<typeof protocolOf>;
  readonly #user: string;
  #onReply: ((reply: AuthReply) => void) | undefined;
  #askedAt = 0;
  signatureAlgorithms: readonly string[] | undefined;

  /** CAUTION: replaces ssh2's handlers, so create it before the handshake ends. */
  constructor(ssh2: Client, user: string) {
    this.#ssh2 = ssh2;
    this.#protocol = protocolOf(ssh2);
    this.#user = user;
    const handlers = handlersOf(ssh2);
    const { EXT_INFO: onExtInfo, USERAUTH_SUCCESS: onSuccess } = handlers;
    handlers.EXT_INFO = (protocol, extensions) => {
      this.signatureAlgorithms ??= extensions.find(({ name }) => name === 'server-sig-algs')?.algs;
      onExtInfo(protocol, extensions);
    };
    handlers.USERAUTH_SUCCESS = (protocol) => {
      onSuccess(protocol);
      this.#reply({ kind: 'success' });
    };
    handlers.USERAUTH_FAILURE = (_, accepted, isPartial) => this.#reply({ kind: 'failure', accepted, isPartial });
    handlers.USERAUTH_PK_OK = () => this.#reply({ kind: 'keyAccepted' });
    handlers.USERAUTH_PASSWD_CHANGEREQ = (_, prompt) => {
      answered(ssh2);
      this.#reply({ kind: 'passwordExpired', prompt });
    };
    handlers.USERAUTH_INFO_REQUEST = (_, title, instruction, prompts) =>
      this.#reply({ kind: 'questions', title, instruction, prompts });
  }

  /** How long the server has owed an answer. 0 when it owes none. */
  get waitingMs(): number {
    return this.#onReply ? Date.now() - this.#askedAt : 0;
  }

  none(): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authNone(this.#user));
  }

  password(password: string): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authPassword(this.#user, password));
  }

  changePassword(old: string, chosen: string): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authPassword(this.#user, old, chosen));
  }

  keyboardInteractive(): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authKeyboard(this.#user));
  }

  answer(answers: readonly string[]): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authInfoRes(answers));
  }

  probe(algorithm: string, blob: Buffer): Promise<AuthReply> {
    return this.#ask(() => sendPublickeyRequest(this.#ssh2, this.#publickey(algorithm, blob, false)));
  }

  async signed(algorithm: string, blob: Buffer, sign: (data: Buffer) => Promise<Buffer>): Promise<AuthReply> {
    const request = this.#publickey(algorithm, blob, true);
    const signature = await sign(Buffer.concat([string(sessionId(this.#ssh2)), request]));
    return this.#ask(() => sendPublickeyRequest(this.#ssh2, Buffer.concat([request, string(signature)])));
  }

  #publickey(algorithm: string, blob: Buffer, isSigned: boolean): Buffer {
    return Buffer.concat([
      Buffer.of(USERAUTH_REQUEST),
      string(this.#user),
      string('ssh-connection'),
      string('publickey'),
      Buffer.of(isSigned ? 1 : 0),
      string(algorithm),
      string(blob),
    ]);
  }

  #ask(send: () => void): Promise<AuthReply> {
    return new Promise((resolve) => {
      this.#onReply = resolve;
      this.#askedAt = Date.now();
      send();
    });
  }

  #reply(reply: AuthReply): void {
    const onReply = this.#onReply;
    this.#onReply = undefined;
    onReply?.(reply);
  }
}
