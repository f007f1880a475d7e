import { getCiphers } from 'node:crypto';
import type { Algorithms } from 'ssh2';
import type { HostConfig } from '../../config/hostConfig.ts';
import * as openssh from '../../config/keywords/algorithms.ts';
import { selectAlgorithms } from '../../config/keywords/algorithms.ts';
import type { KnownKinds } from '../hostkeys/knownHosts.ts';
import { certificateSuffix } from '../keys/certificate.ts';
import { HYBRID, swapNames } from './standIn.ts';

/** What we offer by default, best first, and what a configuration may name besides. */
type Offer = Pick<openssh.Algorithms, 'known' | 'preferred'>;

/** OpenSSH's algorithms without those that ssh2 lacks. */
function offerOf({ known, preferred }: Offer, isLacking: RegExp): Offer {
  const isSupported = (name: string): boolean => !isLacking.test(name);
  return { known: known.filter(isSupported), preferred: preferred.filter(isSupported) };
}

const KEX = hybridFirst(offerOf(openssh.keyExchanges, /^sntrup/));
const HOST_KEYS = offerOf(openssh.keyTypes, /^(?:sk|webauthn)-/);
const MACS = sha1Last(offerOf(openssh.macs, /^umac|(?:96|md5)-etm@/));

/** As OpenSSH since 10.0. */
function hybridFirst({ known, preferred }: Offer): Offer {
  return { known: [...known, HYBRID], preferred: [HYBRID, ...preferred] };
}

/** HMAC-SHA-1 is still secure (RFC 6194 §3.3), and old devices support no other. */
function sha1Last({ known, preferred }: Offer): Offer {
  const isSha1 = (name: string): boolean => name.startsWith('hmac-sha1');
  return { known, preferred: [...preferred.filter((name) => !isSha1(name)), ...preferred.filter(isSha1)] };
}

/** CAUTION: the extension host's BoringSSL lacks chacha20 and some old ciphers. ssh2 throws when we offer a missing one. */
const CIPHER_NAMES: Readonly<Record<string, string>> = {
  'aes128-gcm@openssh.com': 'aes-128-gcm',
  'aes256-gcm@openssh.com': 'aes-256-gcm',
  'aes128-ctr': 'aes-128-ctr',
  'aes192-ctr': 'aes-192-ctr',
  'aes256-ctr': 'aes-256-ctr',
  'chacha20-poly1305@openssh.com': 'chacha20',
  'aes128-cbc': 'aes-128-cbc',
  'aes192-cbc': 'aes-192-cbc',
  'aes256-cbc': 'aes-256-cbc',
  '3des-cbc': 'des-ede3-cbc',
};
const ciphers = Object.keys(CIPHER_NAMES).filter((name) => getCiphers().includes(CIPHER_NAMES[name] ?? ''));
/** Fast ciphers on AES hardware come first. CBC only where a configuration names it. */
const CIPHERS: Offer = { known: ciphers, preferred: ciphers.filter((name) => !name.endsWith('-cbc')) };

/** What we propose in SSH_MSG_KEXINIT (RFC 4253 §7.1). */
export interface Proposal {
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly compression: readonly string[];
}

/** @param known comes first unless the configuration gives an order */
export function proposal(config: HostConfig, known: KnownKinds): Proposal {
  const hostKeys = selectAlgorithms(config.hostKeyAlgorithms, HOST_KEYS);
  const isOrdered = config.hostKeyAlgorithms !== undefined && !/^[+-]/.test(config.hostKeyAlgorithms);
  return {
    kex: selectAlgorithms(config.kexAlgorithms, KEX),
    hostKeys: isOrdered ? hostKeys : knownFirst(hostKeys, known),
    ciphers: selectAlgorithms(config.ciphers, CIPHERS),
    macs: selectAlgorithms(config.macs, MACS),
    compression: config.compression ? ['zlib@openssh.com', 'none'] : ['none'],
  };
}

/**
 * The order of ssh(1). It always offers certificates: one of an unknown authority counts as its plain key, and a revoked
 * authority is noticed.
 */
function knownFirst(algorithms: readonly string[], { types, hasAuthority }: KnownKinds): readonly string[] {
  const isKnownType = (algorithm: string): boolean => types.includes(hostKeyType(algorithm));
  const [best] = algorithms;
  if (best !== undefined && isKnownType(best)) return algorithms;
  const isKnown = (algorithm: string): boolean =>
    isKnownType(algorithm) || (hasAuthority && algorithm.endsWith(certificateSuffix));
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))];
}

/** The type of the plain key. Two signature algorithms share the `ssh-rsa` key (RFC 8332 §3). */
export function hostKeyType(algorithm: string): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm.replace(certificateSuffix, '');
}

/** Without the host keys: `offerHostKeys` sets these. */
export function toSsh2({ kex, ciphers: cipher, macs: hmac, compression }: Proposal): Algorithms {
  return { kex: swapNames(kex), cipher, hmac, compress: compression } as unknown as Algorithms;
}

/** The server's SSH_MSG_KEXINIT, in its order of preference. */
export interface ServerOffer extends Proposal {
  /** The server's name for itself, `SSH-2.0-OpenSSH_9.2`. */
  readonly version: string;
}

/** The first kind of algorithm that the two do not share, and the server's list. Undefined when they share every kind. */
export function missing(ours: Proposal, server: Proposal): { what: string; server: readonly string[] } | undefined {
  const share = (mine: readonly string[], theirs: readonly string[]): boolean =>
    mine.some((name) => theirs.includes(name));
  if (!share(ours.kex, server.kex)) return { what: 'kex', server: server.kex };
  if (!share(ours.hostKeys, server.hostKeys)) return { what: 'hostKey', server: server.hostKeys };
  if (!share(ours.ciphers, server.ciphers)) return { what: 'cipher', server: server.ciphers };
  const cipher = ours.ciphers.find((name) => server.ciphers.includes(name));
  // An AEAD cipher authenticates packets itself (OpenSSH's PROTOCOL, section 1.6).
  const needsMac = cipher !== undefined && !/gcm|poly1305/.test(cipher);
  if (needsMac && !share(ours.macs, server.macs)) return { what: 'mac', server: server.macs };
  if (!share(ours.compression, server.compression)) return { what: 'compression', server: server.compression };
  return undefined;
}
