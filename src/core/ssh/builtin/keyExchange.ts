/* oxlint-disable no-underscore-dangle -- ssh2's own names */

/** One key exchange of ssh2, the first or a later one. The guard of `internals.ts` covers this file as well. */
export interface KeyExchange {
  type: string;
  readonly sessionID: Buffer;
  readonly negotiated: { kex: string; serverHostKey: string };
  /** The server's KEXINIT, for the exchange hash. */
  _remoteKexinit: Buffer;
  readonly _sig: Buffer | undefined;
  _hostKey?: Buffer;
  /** For the type `groupex`: the group that the server chose, and our half of the exchange. */
  readonly _prime?: Buffer | null;
  readonly _generator?: Buffer | null;
  _dh?: DiffieHellman | null;
  _public?: Buffer;
  hashName: string;
  generateKeys: () => void;
  /** What we send, again and again the same. */
  getPublicKey: () => Buffer;
  /** How the exchange hash covers what the other side sent. */
  convertPublicKey: (theirs: Buffer) => Buffer;
  /** The content of the string that stands for the shared secret in the exchange hash and in all keys. */
  computeSecret: (theirs: Buffer) => Buffer | Error;
  /** Takes a message of the server. */
  parse: (payload: Buffer) => unknown;
}

export interface DiffieHellman {
  generateKeys(): Buffer;
  computeSecret(theirs: Buffer): Buffer;
  getPrime(): Buffer;
  getGenerator(): Buffer;
}

/** A key exchange of one message each way whose shared secret is a string, not a number. */
export interface StringExchange {
  readonly hashName: string;
  publicKey(): Buffer;
  /** @throws Error for a message that is not one of this key exchange */
  computeSecret(theirs: Buffer): Buffer;
}

/** Calls `enter` when the server has chosen a group (RFC 4419). Other kinds of key exchange stay as they are. */
export function replaceGroup(exchange: KeyExchange, enter: (prime: Buffer, generator: Buffer) => DiffieHellman): void {
  if (exchange.type !== 'groupex') return;
  exchange.generateKeys = () => {
    if (exchange._dh || !exchange._prime || !exchange._generator) return;
    exchange._dh = enter(exchange._prime, exchange._generator);
    exchange._public = exchange._dh.generateKeys();
  };
}

/** Replaces what ssh2 computes in an exchange of one message each way (RFC 4253 §8, RFC 5656 §4). */
export function replaceExchange(exchange: KeyExchange, name: string, own: StringExchange): void {
  exchange.negotiated.kex = name;
  exchange.type = name;
  exchange.hashName = own.hashName;
  exchange.generateKeys = () => undefined;
  exchange.getPublicKey = () => own.publicKey();
  // ssh2 would drop leading zeros, as of a number.
  exchange.convertPublicKey = (theirs) => theirs;
  exchange.computeSecret = (theirs) => {
    try {
      return own.computeSecret(theirs);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  };
}
