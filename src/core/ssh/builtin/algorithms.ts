import { getCiphers } from 'node:crypto';
import type { Algorithms } from 'ssh2';
import type { HostConfig } from '../../config/hostConfig.ts';
import { matchPattern } from '../../../base/pattern.ts';

interface Offer {
  /** Proposed when the configuration says nothing. Fast ciphers on AES hardware come first. No CBC, no SHA-1 signature. */
  readonly defaults: readonly string[];
  /** The library supports these too. Only a configuration that names them gets them. */
  readonly others: readonly string[];
}

const KEX: Offer = {
  defaults: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  others: [
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group1-sha1',
  ],
};

const HOST_KEYS: Offer = {
  defaults: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  others: ['ssh-rsa', 'ssh-dss'],
};

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
const CIPHERS: Offer = {
  defaults: ciphers.filter((name) => !name.endsWith('-cbc')),
  others: ciphers.filter((name) => name.endsWith('-cbc')),
};

const MACS: Offer = {
  defaults: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    // As in ssh(1). HMAC-SHA-1 is still secure (RFC 6194 §3.3), and old devices support no other.
    'hmac-sha1-etm@openssh.com',
    'hmac-sha1',
  ],
  others: ['hmac-sha1-96', 'hmac-md5', 'hmac-md5-96'],
};

/** What we propose in SSH_MSG_KEXINIT (RFC 4253 §7.1). */
export interface Proposal {
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly compression: readonly string[];
}

/** @param knownTypes key types held in known_hosts. These come first unless the configuration gives an order. */
export function proposal(config: HostConfig, knownTypes: readonly string[]): Proposal {
  const hostKeys = chosen(config.hostKeyAlgorithms, HOST_KEYS);
  const isOrdered = config.hostKeyAlgorithms !== undefined && !/^[+-]/.test(config.hostKeyAlgorithms);
  return {
    kex: chosen(config.kexAlgorithms, KEX),
    hostKeys: isOrdered ? hostKeys : knownFirst(hostKeys, knownTypes),
    ciphers: chosen(config.ciphers, CIPHERS),
    macs: chosen(config.macs, MACS),
    compression: config.compression ? ['zlib@openssh.com', 'none'] : ['none'],
  };
}

/**
 * Applies a list such as ssh_config(5) Ciphers: a plain list replaces the defaults, `+` appends, `-` removes, `^` puts
 * first. A pattern stands for all supported names that match.
 */
export function chosen(list: string | undefined, offer: Offer): readonly string[] {
  if (list === undefined) return offer.defaults;
  const operator = /^[+^-]/.exec(list)?.[0];
  const patterns = list.slice(operator?.length ?? 0).split(',');
  const supported = [...offer.defaults, ...offer.others];
  const named = unique(patterns.flatMap((pattern) => supported.filter((name) => matchPattern(name, pattern))));
  if (operator === '+') return unique([...offer.defaults, ...named]);
  if (operator === '-') return offer.defaults.filter((name) => !named.includes(name));
  if (operator === '^') return unique([...named, ...offer.defaults]);
  return named;
}

function knownFirst(algorithms: readonly string[], knownTypes: readonly string[]): readonly string[] {
  const isKnown = (algorithm: string): boolean => knownTypes.includes(hostKeyType(algorithm));
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))];
}

/** Two signature algorithms share the `ssh-rsa` key (RFC 8332 §3). */
export function hostKeyType(algorithm: string): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

export function toSsh2({ kex, hostKeys, ciphers: cipher, macs: hmac, compression }: Proposal): Algorithms {
  return { kex, serverHostKey: hostKeys, cipher, hmac, compress: compression } as unknown as Algorithms;
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
