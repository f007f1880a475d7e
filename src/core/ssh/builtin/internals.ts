/* oxlint-disable no-underscore-dangle -- ssh2's own names */
import type { Client, ClientChannel } from 'ssh2';
import type { KeyboardPrompt } from '../auth/userauth.ts';

/**
 * What we need of ssh2 that its public types do not offer, in one place. The version is pinned, and the integration
 * tests run every one of these against a real server.
 */
interface Internals {
  readonly _protocol: Protocol;
  readonly _callbacks: ((failure: boolean | Error) => void)[];
  readonly _chanMgr: { readonly _count: number };
}

interface Protocol {
  readonly _handlers: ProtocolHandlers;
  /** The methods of the requests that wait for an answer: message 60 means something else for each. */
  readonly _authsQueue: string[];
  _kex: KeyExchange;
  readonly _cipher: {
    encrypt(packet: Buffer): void;
    allocPacket: (payloadBytes: number) => Buffer;
    _onWrite: (bytes: Buffer) => void;
  };
  readonly _decipher: object | undefined;
  parse: (bytes: Buffer, start: number, end: number) => void;
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(payloadBytes: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
  authNone(user: string): void;
  authPassword(user: string, password: string, newPassword?: string): void;
  authKeyboard(user: string): void;
  authInfoRes(answers: readonly string[]): void;
  channelWindowAdjust(channel: number, bytes: number): void;
  ping(): void;
  rekey(): void;
}

/** One exchange of keys, the first or a later one. */
interface KeyExchange {
  readonly type: string;
  readonly sessionID: Buffer;
  readonly _sig: Buffer | undefined;
  /** Of the type `groupex`: what the server chose, and our half of it. */
  readonly _prime?: Buffer | null;
  readonly _generator?: Buffer | null;
  _dh?: DiffieHellman | null;
  _public?: Buffer;
  generateKeys(): void;
}

export interface DiffieHellman {
  generateKeys(): Buffer;
  computeSecret(theirs: Buffer): Buffer;
  getPrime(): Buffer;
  getGenerator(): Buffer;
}

interface Extension {
  readonly name: string;
  readonly algs?: readonly string[];
}

/** Called with the messages of RFC 4252, RFC 4254 §4, RFC 4256 and RFC 8308; may be replaced. */
export interface ProtocolHandlers {
  GLOBAL_REQUEST: (protocol: unknown, name: string, wantsReply: boolean, data: unknown) => void;
  EXT_INFO: (protocol: unknown, extensions: readonly Extension[]) => void;
  USERAUTH_SUCCESS: (protocol: unknown) => void;
  USERAUTH_FAILURE: (protocol: unknown, accepted: readonly string[], isPartial: boolean) => void;
  USERAUTH_PK_OK: (protocol: unknown) => void;
  USERAUTH_PASSWD_CHANGEREQ: (protocol: unknown, prompt: string) => void;
  USERAUTH_INFO_REQUEST: (
    protocol: unknown,
    title: string,
    instruction: string,
    prompts: readonly KeyboardPrompt[],
  ) => void;
}

function internals(client: Client): Internals {
  return client as unknown as Internals;
}

/** These are there only once `connect` was called. */
export function protocolOf(client: Client): Omit<Protocol, `_${string}`> {
  return internals(client)._protocol;
}

export function handlersOf(client: Client): ProtocolHandlers {
  return internals(client)._protocol._handlers;
}

/** Known once the handshake is over (RFC 4253 §7.2). */
export function sessionId(client: Client): Buffer {
  return internals(client)._protocol._kex.sessionID;
}

/** Called for the group of each key exchange that has one of the server's choice (RFC 4419). */
export function onGroupExchange(client: Client, enter: (prime: Buffer, generator: Buffer) => DiffieHellman): void {
  const protocol = internals(client)._protocol;
  let current = protocol._kex;
  Object.defineProperty(protocol, '_kex', {
    get: () => current,
    set: (exchange: KeyExchange) => {
      current = exchange;
      if (exchange.type !== 'groupex') return;
      exchange.generateKeys = () => {
        if (exchange._dh || !exchange._prime || !exchange._generator) return;
        exchange._dh = enter(exchange._prime, exchange._generator);
        exchange._public = exchange._dh.generateKeys();
      };
    },
  });
}

/** The server's signature over the exchange hash (RFC 4253 §8); there only while its key is judged. */
export function exchangeSignature(client: Client): Buffer {
  return Buffer.from(internals(client)._protocol._kex._sig ?? []);
}

/** Sends a whole SSH_MSG_USERAUTH_REQUEST of the method `publickey`. */
export function sendPublickeyRequest(client: Client, payload: Buffer): void {
  const { _authsQueue: waiting, _cipher: cipher, _packetRW: packets } = internals(client)._protocol;
  const packet = packets.write.alloc(payload.length);
  packet.set(payload, packets.write.allocStart);
  waiting.push('publickey');
  cipher.encrypt(packets.write.finalize(packet));
}

/** The first of the requests that wait has its answer, which ssh2 does not note for a password that expired. */
export function answered(client: Client): void {
  internals(client)._protocol._authsQueue.shift();
}

/** Global requests are answered in order (RFC 4254 §4): each takes the next of these. Called with an Error when the link ends. */
export function globalReplies(client: Client): ((failure: boolean | Error) => void)[] {
  return internals(client)._callbacks;
}

/** How many channels ssh2 holds, opening ones included. */
export function channelCount(client: Client): number {
  return internals(client)._chanMgr._count;
}

/** Both directions' windows (RFC 4254 §5.2). */
export function windowsOf(channel: ClientChannel): {
  readonly incoming: { window: number };
  readonly outgoing: { readonly id: number; readonly state: string };
} {
  return channel as unknown as ReturnType<typeof windowsOf>;
}

/** What encrypts our packets, until the next key exchange. */
export function cipherOf(client: Client): Protocol['_cipher'] {
  return internals(client)._protocol._cipher;
}

/** Puts something else in the place of what the cipher writes, until the next key exchange. */
export function rewriteSent(client: Client, rewrite: (bytes: Buffer) => Buffer): void {
  const cipher = internals(client)._protocol._cipher;
  const write = cipher._onWrite;
  cipher._onWrite = (bytes) => write(rewrite(bytes));
}

/**
 * Lets the memory that bytes arrive in be used again for the next ones. AES-GCM by node:crypto reads them at once; what
 * is not encrypted yet, the other ciphers and ssh2's native addon keep parts of them, and get a copy.
 */
export function copyArriving(client: Client): void {
  const protocol = internals(client)._protocol;
  const parse = protocol.parse.bind(protocol);
  protocol.parse = (bytes, start, end) => {
    const isReadAtOnce = protocol._decipher?.constructor.name === 'AESGCMDecipherNative';
    parse(isReadAtOnce ? bytes : Buffer.from(bytes), start, end);
  };
}
