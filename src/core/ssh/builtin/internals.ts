/* oxlint-disable no-underscore-dangle -- ssh2's own names */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Client, ClientChannel } from 'ssh2';
import type { KeyboardPrompt } from '../auth/userauth.ts';
import type { KeyExchange } from './keyExchange.ts';

/**
 * Every use of ssh2 beyond its public types, with `keyExchange.ts`, `certificateExchange.ts`, `offer.ts` and `standIn.ts`,
 * which have the key exchange. `test/unit/ssh/builtin/internals.test.ts` fails when ssh2 changes: then read all of them again
 * beside the new ssh2, and only then update the hashes in the test.
 */
interface Internals {
  readonly _protocol: Protocol;
  readonly _callbacks: ((failure: boolean | Error) => void)[];
  readonly _chanMgr: { readonly _count: number };
}

export interface Protocol {
  readonly _handlers: ProtocolHandlers;
  /** The methods of the unanswered login requests: message 60 has a different meaning for each method. */
  readonly _authsQueue: string[];
  _kex: KeyExchange;
  readonly _cipher: PacketCipher;
  readonly _decipher: PacketDecipher | undefined;
  parse: (bytes: Buffer, start: number, end: number) => void;
  _remoteIdentRaw: Buffer | undefined;
  readonly _packetRW: {
    read: { read(payload: Buffer): Buffer | undefined; cleanup(): void };
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

/** The keys that ssh2 passes to node:crypto for every packet. Each cipher has some of them. */
interface PacketKeys {
  _encKey?: PacketKey;
  _encKeyMain?: PacketKey;
  _encKeyPktLen?: PacketKey;
  _decipherKey?: PacketKey;
  _decKeyMain?: PacketKey;
  _decKeyPktLen?: PacketKey;
  _macKey?: PacketKey;
}

type PacketKey = Buffer | KeyObject | undefined;

/** Encrypts our packets until the next key exchange. */
export interface PacketCipher extends PacketKeys {
  encrypt(packet: Buffer): void;
  allocPacket: (payloadBytes: number) => Buffer;
  _onWrite: (bytes: Buffer) => void;
}

type PacketDecipher = PacketKeys & object;

interface Extension {
  readonly name: string;
  readonly algs?: readonly string[];
}

/** ssh2's handlers of the messages of RFC 4252, RFC 4254 §4, RFC 4256 and RFC 8308. Our code may replace them. */
export interface ProtocolHandlers {
  DISCONNECT: (protocol: unknown, reason: number, text: string) => void;
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

/** What ssh2 keeps private, for the files that change what arrives (`received.ts`). */
export function internals(ssh2: Client): Internals {
  return ssh2 as unknown as Internals;
}

/** CAUTION: undefined until `connect` was called. */
export function protocolOf(ssh2: Client): Omit<Protocol, `_${string}`> {
  return internals(ssh2)._protocol;
}

export function handlersOf(ssh2: Client): ProtocolHandlers {
  return internals(ssh2)._protocol._handlers;
}

/** Known once the handshake is over (RFC 4253 §7.2). */
export function sessionId(ssh2: Client): Buffer {
  return internals(ssh2)._protocol._kex.sessionID;
}

/** Calls `enter` at the start of each key exchange, once the algorithms are negotiated. */
export function onKeyExchange(ssh2: Client, enter: (exchange: KeyExchange) => void): void {
  const protocol = internals(ssh2)._protocol;
  let current = protocol._kex;
  Object.defineProperty(protocol, '_kex', {
    get: () => current,
    set: (exchange: KeyExchange) => {
      current = exchange;
      enter(exchange);
    },
  });
}

/** The server's signature over the exchange hash (RFC 4253 §8). ssh2 holds it only while it verifies the host key. */
export function exchangeSignature(ssh2: Client): Buffer {
  return Buffer.from(internals(ssh2)._protocol._kex._sig ?? []);
}

/** Sends a whole SSH_MSG_USERAUTH_REQUEST of the method `publickey`. */
export function sendPublickeyRequest(ssh2: Client, payload: Buffer): void {
  const { _authsQueue: unanswered, _cipher: cipher, _packetRW: packets } = internals(ssh2)._protocol;
  const packet = packets.write.alloc(payload.length);
  packet.set(payload, packets.write.allocStart);
  unanswered.push('publickey');
  cipher.encrypt(packets.write.finalize(packet));
}

/** Marks the oldest login request as answered. ssh2 forgets to when the answer is that the password expired. */
export function answered(ssh2: Client): void {
  internals(ssh2)._protocol._authsQueue.shift();
}

/**
 * The callbacks of global requests. The server answers requests in order (RFC 4254 §4), and each answer takes the first
 * callback. When the connection ends, ssh2 calls the others with an Error.
 */
export function globalReplies(ssh2: Client): ((failure: boolean | Error) => void)[] {
  return internals(ssh2)._callbacks;
}

/** The number of channels that ssh2 holds, including those that are opening. */
export function channelCount(ssh2: Client): number {
  return internals(ssh2)._chanMgr._count;
}

/** The windows of both directions (RFC 4254 §5.2). */
export function windowsOf(channel: ClientChannel): {
  readonly incoming: { window: number };
  readonly outgoing: { readonly id: number; readonly state: string };
} {
  return channel as unknown as ReturnType<typeof windowsOf>;
}

/** What encrypts our packets until the next key exchange. */
export function cipherOf(ssh2: Client): PacketCipher {
  return internals(ssh2)._protocol._cipher;
}

const PACKET_KEYS = [
  '_encKey',
  '_encKeyMain',
  '_encKeyPktLen',
  '_decipherKey',
  '_decKeyMain',
  '_decKeyPktLen',
  '_macKey',
] as const satisfies readonly (keyof PacketKeys)[];

/** Replaces the buffers of all packet keys by KeyObjects, until the next key exchange. Returns the number of buffers. */
export function replacePacketKeys(ssh2: Client): number {
  const { _cipher: cipher, _decipher: decipher } = internals(ssh2)._protocol;
  let replaced = 0;
  for (const owner of [cipher, decipher]) {
    for (const name of PACKET_KEYS) {
      const key = owner?.[name];
      if (!owner || !Buffer.isBuffer(key)) continue;
      owner[name] = createSecretKey(key);
      replaced++;
    }
  }
  return replaced;
}

/**
 * Does the cipher encrypt AES-GCM with node:crypto, which writes to new memory? ssh2's native addon encrypts in place.
 * CAUTION: ssh2 tells them apart by class alone, so the bundle must keep class names.
 */
export function isNodeGcm(cipher: PacketCipher): boolean {
  return cipher.constructor.name === 'AESGCMCipherNative';
}

/** Passes what the cipher writes through `rewrite`, until the next key exchange. */
export function rewriteSent(ssh2: Client, rewrite: (bytes: Buffer) => Buffer): void {
  const cipher = internals(ssh2)._protocol._cipher;
  const write = cipher._onWrite;
  cipher._onWrite = (bytes) => write(rewrite(bytes));
}

/** Why the server did not open a channel (SSH_MSG_CHANNEL_OPEN_FAILURE, RFC 4254 §5.1). Undefined for another error. */
export function channelOpenFailure(error: unknown): { readonly reason: unknown; readonly detail: string } | undefined {
  if (!(error instanceof Error && 'reason' in error)) return undefined;
  return { reason: error.reason, detail: error.message.replace('(SSH) Channel open failure: ', '') };
}
