/* oxlint-disable no-underscore-dangle -- ssh2's own names */
import type { Client } from 'ssh2';
import { internals, type Protocol } from './internals.ts';

/**
 * Allows the socket to reuse one buffer for everything it reads. The unencrypted start of a connection, most ciphers and
 * ssh2's native addon keep parts of what they get, so they get a copy.
 */
export function copyReceived(ssh2: Client): void {
  const protocol = internals(ssh2)._protocol;
  const parse = protocol.parse.bind(protocol);
  protocol.parse = (bytes, start, end) => parse(isConsumedAtOnce(ssh2) ? bytes : Buffer.from(bytes), start, end);
}

/** Does ssh2 decrypt AES-GCM with node:crypto now, which reads its input at once? CAUTION: as for `isNodeGcm`. */
export function isConsumedAtOnce(ssh2: Client): boolean {
  return internals(ssh2)._protocol._decipher?.constructor.name === 'AESGCMDecipherNative';
}

/** Passes the server's identification, which the exchange hash covers (RFC 4253 §8), through `rewrite`. */
export function rewriteIdentification(ssh2: Client, rewrite: (line: Buffer) => Buffer): void {
  let current: Buffer | undefined;
  Object.defineProperty(internals(ssh2)._protocol, '_remoteIdentRaw', {
    get: () => current,
    set: (line: Buffer | undefined) => {
      current = line && rewrite(line);
    },
  });
}

/** Calls `heard` with every message that arrives, decrypted and decompressed. */
export function onMessage(ssh2: Client, heard: (message: Buffer) => void): void {
  changeReceived(ssh2, (message) => {
    heard(message);
    return message;
  });
}

/**
 * Passes every message that arrives through `change`, decrypted and decompressed. Several calls add up. Each key exchange
 * brings a new reader, and so does the start of compression.
 */
export function changeReceived(ssh2: Client, change: (message: Buffer) => Buffer): void {
  type Reader = Protocol['_packetRW']['read'];
  const changing = (reader: Reader): Reader => {
    const read = reader.read.bind(reader);
    return {
      read: (payload) => {
        const message = read(payload);
        return message && change(message);
      },
      cleanup: () => reader.cleanup(),
    };
  };
  const packets = internals(ssh2)._protocol._packetRW;
  const earlier = Object.getOwnPropertyDescriptor(packets, 'read');
  let current = changing(packets.read);
  Object.defineProperty(packets, 'read', {
    get: () => current,
    set: (reader: Reader) => {
      earlier?.set?.call(packets, reader);
      current = changing((earlier?.get?.call(packets) as Reader | undefined) ?? reader);
    },
  });
}
