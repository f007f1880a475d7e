/* oxlint-disable no-underscore-dangle -- ssh2's own names */
import type { Client } from 'ssh2';
import { string, WireReader } from '../keys/wire.ts';
import { type KeyExchange, replaceExchange, type StringExchange } from './keyExchange.ts';

/** A key exchange that ssh2 lacks. */
export const HYBRID = 'mlkem768x25519-sha256';

/**
 * ssh2 makes no exchange whose name it does not know, so it negotiates with a stand-in: a name that it knows, that we
 * never offer, and whose messages are one each way as well. Servers see the real name.
 */
const STAND_IN = 'diffie-hellman-group17-sha512';

const KEXINIT = 20;

/** The parts of ssh2 that this file uses. The guard of `internals.ts` covers them. */
interface Protocol {
  _offer: Offer;
  readonly _packetRW: { read: PacketReader };
}

interface PacketReader {
  /** Returns the payload of a packet, decompressed. */
  read: (packet: Buffer) => Buffer;
}

interface NameList {
  array: readonly string[];
}

type Direction = Readonly<Record<'cipher' | 'mac' | 'compress' | 'lang', NameList>>;

/** Our KEXINIT: what we send, and the lists that ssh2 compares with the server's. */
interface Offer {
  readonly lists: {
    readonly kex: NameList;
    readonly serverHostKey: NameList;
    readonly cs: Direction;
    readonly sc: Direction;
  };
}

/** Exchanges the two names, so that a server's own use of the stand-in's name meets nothing of ours. */
export function swapNames(list: readonly string[]): readonly string[] {
  return list.map((name) => (name === HYBRID ? STAND_IN : name === STAND_IN ? HYBRID : name));
}

/**
 * Prepares a client whose `algorithms.kex` went through `swapNames`. Returns what to call at the start of each key
 * exchange. CAUTION: call it right after `connect`, before anything is sent.
 */
export function replaceStandIn(ssh2: Client, create: () => StringExchange): (exchange: KeyExchange) => void {
  const protocol = (ssh2 as unknown as { readonly _protocol: Protocol })._protocol;
  sendRealNames(protocol);
  const theirs = receiveSwappedNames(protocol);
  return (exchange) => {
    exchange._remoteKexinit = theirs() ?? exchange._remoteKexinit; // both sides hash what was sent
    if (exchange.negotiated.kex === STAND_IN) replaceExchange(exchange, HYBRID, create());
  };
}

function sendRealNames(protocol: Protocol): void {
  const { kex, serverHostKey, cs, sc } = protocol._offer.lists;
  const arrays = ({ cipher, mac, compress, lang }: Direction): object => ({
    cipher: cipher.array,
    mac: mac.array,
    compress: compress.array,
    lang: lang.array,
  });
  const KexInit = protocol._offer.constructor as new (lists: object) => Offer;
  protocol._offer = new KexInit({
    kex: swapNames(kex.array),
    serverHostKey: serverHostKey.array,
    cs: arrays(cs),
    sc: arrays(sc),
  });
  protocol._offer.lists.kex.array = kex.array;
}

/** Shows ssh2 each KEXINIT with swapped names. Returns a function that returns the last one as the server sent it. */
function receiveSwappedNames({ _packetRW: packets }: Protocol): () => Buffer | undefined {
  let received: Buffer | undefined;
  const swapping = (reader: PacketReader): PacketReader => {
    const read = reader.read.bind(reader);
    reader.read = (packet) => {
      const payload = read(packet);
      if (payload[0] !== KEXINIT) return payload;
      received = payload;
      return swapIn(payload);
    };
    return reader;
  };
  let current = swapping(packets.read);
  // Each key exchange sets a new reader, and so does the start of compression.
  Object.defineProperty(packets, 'read', {
    get: () => current,
    set: (reader: PacketReader) => {
      current = swapping(reader);
    },
  });
  return () => received;
}

/** Swaps the names in the first list of a KEXINIT (RFC 4253 §7.1). A malformed one is left to ssh2. */
function swapIn(kexinit: Buffer): Buffer {
  try {
    const reader = new WireReader(kexinit);
    const head = reader.bytes(17); // the message number and the cookie
    const names = reader.text().split(',');
    return Buffer.concat([head, string(swapNames(names).join(',')), reader.rest()]);
  } catch (error) {
    if (error instanceof RangeError) return kexinit;
    throw error;
  }
}
