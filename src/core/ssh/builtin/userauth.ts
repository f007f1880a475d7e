import type { Client } from 'ssh2';
import {
  answered,
  handlersOf,
  type KeyboardPrompt,
  protocolOf,
  sendPublickeyRequest,
  sessionId,
} from './internals.ts';
import { string } from '../keys/wire.ts';

const USERAUTH_REQUEST = 50;

export type AuthReply =
  | { readonly kind: 'success' }
  /** RFC 4252 §5.1. `isPartial`: this method succeeded, and another one is wanted too. */
  | { readonly kind: 'failure'; readonly accepted: readonly string[]; readonly isPartial: boolean }
  | { readonly kind: 'keyAccepted' }
  | { readonly kind: 'passwordExpired'; readonly prompt: string }
  | {
      readonly kind: 'questions';
      readonly title: string;
      readonly instruction: string;
      readonly prompts: readonly KeyboardPrompt[];
    };

export type Failure = Extract<AuthReply, { readonly kind: 'failure' }>;
export type Outcome = Extract<AuthReply, { readonly kind: 'success' | 'failure' }>;

/** A question where an answer belongs is the server's fault, and no success. */
export function asFailure(reply: AuthReply): Failure {
  return reply.kind === 'failure' ? reply : { kind: 'failure', accepted: [], isPartial: false };
}

export function asOutcome(reply: AuthReply): Outcome {
  return reply.kind === 'success' ? reply : asFailure(reply);
}

/**
 * The user authentication protocol (RFC 4252, RFC 4256) as questions and answers. ssh2's own sequence knows neither
 * certificates nor security keys, signs without waiting for a passphrase, and forgets partial success after a key.
 */
export class Userauth {
  readonly #client: Client;
  readonly #protocol: ReturnType<typeof protocolOf>;
  readonly #user: string;
  #onReply: ((reply: AuthReply) => void) | undefined;
  /** The signature algorithms that the server says it knows (RFC 8308 §3.1). */
  signatureAlgorithms: readonly string[] | undefined;

  /** Takes over from ssh2: to be created before the handshake ends. */
  constructor(client: Client, user: string) {
    this.#client = client;
    this.#protocol = protocolOf(client);
    this.#user = user;
    const handlers = handlersOf(client);
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
      answered(client);
      this.#reply({ kind: 'passwordExpired', prompt });
    };
    handlers.USERAUTH_INFO_REQUEST = (_, title, instruction, prompts) =>
      this.#reply({ kind: 'questions', title, instruction, prompts });
  }

  none(): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authNone(this.#user));
  }

  password(password: string): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authPassword(this.#user, password));
  }

  /** RFC 4252 §8: the answer to `passwordExpired`. */
  changePassword(old: string, chosen: string): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authPassword(this.#user, old, chosen));
  }

  keyboardInteractive(): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authKeyboard(this.#user));
  }

  answer(answers: readonly string[]): Promise<AuthReply> {
    return this.#ask(() => this.#protocol.authInfoRes(answers));
  }

  /** RFC 4252 §7: would this key do? */
  probe(algorithm: string, blob: Buffer): Promise<AuthReply> {
    return this.#ask(() => sendPublickeyRequest(this.#client, this.#publickey(algorithm, blob, false)));
  }

  async signed(algorithm: string, blob: Buffer, sign: (data: Buffer) => Promise<Buffer>): Promise<AuthReply> {
    const request = this.#publickey(algorithm, blob, true);
    const signature = await sign(Buffer.concat([string(sessionId(this.#client)), request]));
    return this.#ask(() => sendPublickeyRequest(this.#client, Buffer.concat([request, string(signature)])));
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
      send();
    });
  }

  #reply(reply: AuthReply): void {
    const onReply = this.#onReply;
    this.#onReply = undefined;
    onReply?.(reply);
  }
}
