/* oxlint-disable no-underscore-dangle -- ssh2's own names */
import { certificateSuffix, plainBlob } from '../keys/certificate.ts';
import { string, WireReader } from '../keys/wire.ts';
import type { KeyExchange } from './keyExchange.ts';

const KEXDH_REPLY = 31;
const KEX_DH_GEX_REPLY = 33;

/**
 * Lets ssh2 verify the exchange signature of a server that shows a certificate. ssh2 sees the certified key and its plain
 * algorithm, so it verifies the signature itself, but the hash that the server signed covers the certificate
 * (PROTOCOL.certkeys). `enter` gets the certificate, which nobody has checked yet, before ssh2 asks about the key.
 */
export function acceptCertificate(exchange: KeyExchange, enter: (certificate: Buffer) => void): void {
  const { negotiated } = exchange;
  if (!negotiated.serverHostKey.endsWith(certificateSuffix)) return;
  const reply = exchange.type === 'groupex' ? KEX_DH_GEX_REPLY : KEXDH_REPLY;
  const parse = exchange.parse.bind(exchange);
  exchange.parse = (payload) => {
    const shown = payload[0] === reply ? splitReply(payload) : undefined;
    // ssh2 refuses any other key: its type is not the negotiated one.
    if (!shown) return parse(payload);
    negotiated.serverHostKey = negotiated.serverHostKey.replace(certificateSuffix, '');
    let isHashed = false;
    Object.defineProperty(exchange, '_hostKey', {
      // SECURITY: ssh2 reads this first for the hash, then for the key. In any other order no signature would be right.
      get: () => {
        if (isHashed) return shown.key;
        isHashed = true;
        return shown.certificate;
      },
      set: () => {},
    });
    enter(shown.certificate);
    return parse(Buffer.concat([payload.subarray(0, 1), string(shown.key), shown.rest]));
  };
}

/** Splits the server's reply (RFC 4253 §8, RFC 4419 §3) whose host key is a certificate. Undefined for other replies. */
function splitReply(
  payload: Buffer,
): { readonly certificate: Buffer; readonly key: Buffer; readonly rest: Buffer } | undefined {
  try {
    const reader = new WireReader(Buffer.from(payload.subarray(1)));
    const certificate = reader.string();
    const key = plainBlob(certificate);
    return key && { certificate, key, rest: reader.rest() };
  } catch {
    return undefined;
  }
}
