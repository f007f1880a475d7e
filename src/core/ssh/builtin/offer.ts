/* oxlint-disable no-underscore-dangle -- ssh2's own names */
import type { Client } from 'ssh2';

interface NameList {
  array: readonly string[];
}

type Direction = Readonly<Record<'cipher' | 'mac' | 'compress' | 'lang', NameList>>;

/**
 * Our SSH_MSG_KEXINIT (RFC 4253 §7.1), the same in every key exchange: what ssh2 sends, and the lists that it compares with
 * the server's. The guard of `internals.ts` covers this file.
 */
export interface Offer {
  readonly lists: {
    readonly kex: NameList;
    readonly serverHostKey: NameList;
    readonly cs: Direction;
    readonly sc: Direction;
  };
}

/**
 * Replaces lists of names by lists with names that ssh2's own options refuse, best first. Returns the new offer.
 * CAUTION: call it right after `connect`, before anything is sent.
 */
export function changeOffer(
  ssh2: Client,
  change: Readonly<Partial<Record<'kex' | 'serverHostKey', readonly string[]>>>,
): Offer {
  const protocol = protocolOf(ssh2);
  const { kex, serverHostKey, cs, sc } = protocol._offer.lists;
  const arrays = ({ cipher, mac, compress, lang }: Direction): object => ({
    cipher: cipher.array,
    mac: mac.array,
    compress: compress.array,
    lang: lang.array,
  });
  const KexInit = protocol._offer.constructor as new (lists: object) => Offer;
  protocol._offer = new KexInit({
    kex: kex.array,
    serverHostKey: serverHostKey.array,
    cs: arrays(cs),
    sc: arrays(sc),
    ...change,
  });
  return protocol._offer;
}

export function offerOf(ssh2: Client): Offer {
  return protocolOf(ssh2)._offer;
}

function protocolOf(ssh2: Client): { _offer: Offer } {
  return (ssh2 as unknown as { readonly _protocol: { _offer: Offer } })._protocol;
}
