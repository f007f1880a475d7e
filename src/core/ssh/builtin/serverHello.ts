import type { Readable } from 'node:stream';
import type { ServerOffer } from './algorithms.ts';
import { printable } from '../printable.ts';
import { WireReader } from '../keys/wire.ts';

const KEXINIT = 20;
/** RFC 4253 §6.1 asks for 35,000 bytes. More than this is not an SSH server's hello. */
const LIMIT_BYTES = 64 * 1024;

/** What a server sends before encryption begins. It explains why a handshake failed. */
export interface ServerHello {
  /** `SSH-2.0-OpenSSH_9.2`. Undefined until that line arrived. */
  readonly version: () => string | undefined;
  /** Its SSH_MSG_KEXINIT. Undefined until that arrived. */
  readonly offer: () => ServerOffer | undefined;
  /** The first bytes that it sent, as one printable line: an HTTP error, "Exceeded MaxStartups" … */
  readonly text: () => string;
}

/** Records the hello of a stream that ssh2 reads as well. */
export function recordHello(stream: Readable, onVersion: () => void): ServerHello {
  let bytes = Buffer.alloc(0);
  let version: string | undefined;
  let offer: ServerOffer | undefined;
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    const line = /(?:^|\n)(SSH-[^\r\n]*)\r?\n/.exec(bytes.toString('latin1'));
    if (line) {
      if (version === undefined) onVersion();
      version = printable(line[1] ?? '');
      offer = readOffer(bytes.subarray(line.index + line[0].length), version);
    }
    if (offer || bytes.length > LIMIT_BYTES) stream.off('data', onData);
  };
  stream.on('data', onData);
  return { version: () => version, offer: () => offer, text: () => printable(bytes.toString('latin1').slice(0, 200)) };
}

/** The unencrypted packet (RFC 4253 §6) with the KEXINIT (§7.1); undefined while it is incomplete or malformed. */
function readOffer(bytes: Buffer, version: string): ServerOffer | undefined {
  try {
    const reader = new WireReader(new WireReader(bytes).string());
    reader.byte(); // padding length
    if (reader.byte() !== KEXINIT) return undefined;
    reader.bytes(16); // cookie
    const list = (): readonly string[] => reader.text().split(',');
    const kex = list();
    const hostKeys = list();
    const [ciphers, , macs, , compression] = [list(), list(), list(), list(), list()] as const;
    const isMarker = /^(ext-info|kex-strict)-/;
    return { version, kex: kex.filter((name) => !isMarker.test(name)), hostKeys, ciphers, macs, compression };
  } catch {
    return undefined;
  }
}
