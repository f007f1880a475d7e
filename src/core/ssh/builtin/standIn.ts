/* oxlint-disable no-underscore-dangle -- ssh2's own names */
import type { Client } from 'ssh2';
import { string, WireReader } from '../keys/wire.ts';
import { changeReceived } from './received.ts';
import { type KeyExchange, replaceExchange, type StringExchange } from './keyExchange.ts';
import { changeOffer, offerOf } from './offer.ts';

/** A key exchange that ssh2 lacks. */
export const HYBRID = 'mlkem768x25519-sha256';

/**
 * ssh2 makes no exchange whose name it does not know, so it negotiates with a stand-in: a name that it knows, that we
 * never offer, and whose messages are one each way as well. Servers see the real name.
 */
const STAND_IN = 'diffie-hellman-group17-sha512';

const KEXINIT = 20;

/** Exchanges the two names, so that a server's own use of the stand-in's name meets nothing of ours. */
export function swapNames(list: readonly string[]): readonly string[] {
  return list.map((name) => (name === HYBRID ? STAND_IN : name === STAND_IN ? HYBRID : name));
}

/**
 * Prepares a client whose `algorithms.kex` went through `swapNames`. Returns what to call at the start of each key
 * exchange. CAUTION: call it right after `connect`, before anything is sent.
 */
export function replaceStandIn(ssh2: Client, create: () => StringExchange): (exchange: KeyExchange) => void {
  const { kex } = offerOf(ssh2).lists;
  changeOffer(ssh2, { kex: swapNames(kex.array) }).lists.kex.array = kex.array;
  let received: Buffer | undefined;
  changeReceived(ssh2, (message) => {
    if (message[0] !== KEXINIT) return message;
    received = message;
    return swapIn(message);
  });
  return (exchange) => {
    exchange._remoteKexinit = received ?? exchange._remoteKexinit; // both sides hash what was sent
    if (exchange.negotiated.kex === STAND_IN) replaceExchange(exchange, HYBRID, create());
  };
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
