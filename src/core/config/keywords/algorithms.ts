import { BadValue } from '../badValue.ts';
import { matchList } from '../../../base/pattern.ts';

/** What one kind of algorithm knows, and what it offers when nothing is configured. */
export interface Algorithms {
  readonly known: readonly string[];
  readonly preferred: readonly string[];
  /** Names of newer versions, which are accepted too. */
  readonly newer: readonly string[];
  /** Patterns may stand for names already when the list is checked. */
  readonly takesPatterns: boolean;
}

const certificate = '-cert-v01@openssh.com';

export const ciphers: Algorithms = {
  known: words(`3des-cbc aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com
    aes256-gcm@openssh.com chacha20-poly1305@openssh.com`),
  preferred: words(`chacha20-poly1305@openssh.com aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com
    aes256-gcm@openssh.com`),
  newer: [],
  takesPatterns: false,
};

export const macs: Algorithms = {
  known: words(`hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 umac-64@openssh.com
    umac-128@openssh.com hmac-sha1-etm@openssh.com hmac-sha1-96-etm@openssh.com hmac-sha2-256-etm@openssh.com
    hmac-sha2-512-etm@openssh.com hmac-md5-etm@openssh.com hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com
    umac-128-etm@openssh.com`),
  preferred: words(`umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com
    hmac-sha2-512-etm@openssh.com hmac-sha1-etm@openssh.com umac-64@openssh.com umac-128@openssh.com hmac-sha2-256
    hmac-sha2-512 hmac-sha1`),
  newer: [],
  takesPatterns: false,
};

export const keyExchanges: Algorithms = {
  known: words(`diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256
    diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1
    diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 curve25519-sha256
    curve25519-sha256@libssh.org sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com`),
  preferred: words(`sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com curve25519-sha256
    curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
    diffie-hellman-group-exchange-sha256 diffie-hellman-group16-sha512 diffie-hellman-group18-sha512
    diffie-hellman-group14-sha256`),
  newer: ['mlkem768x25519-sha256'],
  takesPatterns: false,
};

const ecdsa = words('ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521');
const preferredSignatures = [
  'ssh-ed25519',
  ...ecdsa,
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'rsa-sha2-512',
  'rsa-sha2-256',
];
const webauthn = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com';
const knownSignatures = [
  'ssh-ed25519',
  'sk-ssh-ed25519@openssh.com',
  ...ecdsa,
  'sk-ecdsa-sha2-nistp256@openssh.com',
  webauthn,
  ...words('ssh-dss ssh-rsa rsa-sha2-256 rsa-sha2-512'),
];

/** HostKeyAlgorithms, PubkeyAcceptedAlgorithms and HostbasedAcceptedAlgorithms. */
export const keyTypes: Algorithms = {
  known: knownSignatures.flatMap((name) => (name === webauthn ? [name] : [name, withCertificate(name)])),
  preferred: [...preferredSignatures.map(withCertificate), ...preferredSignatures],
  newer: [],
  takesPatterns: true,
};

export const caSignatures: Algorithms = {
  known: knownSignatures,
  preferred: preferredSignatures,
  newer: [],
  takesPatterns: true,
};

/** Debian's and Red Hat's GSSAPI key exchange; the names are families that end in a dash. */
export const gssKeyExchanges: Algorithms = {
  known: words(`gss-gex-sha1- gss-group1-sha1- gss-group14-sha1- gss-group14-sha256- gss-group16-sha512-
    gss-nistp256-sha256- gss-curve25519-sha256-`),
  preferred: words(`gss-group14-sha256- gss-group16-sha512- gss-nistp256-sha256- gss-curve25519-sha256-
    gss-group14-sha1- gss-gex-sha1-`),
  newer: [],
  takesPatterns: false,
};

/**
 * Checks a list such as `a,b`, `+a`, `-a*` or `^a` (ssh_config(5) Ciphers) and gives it back as written.
 *
 * @throws BadValue
 */
export function checkAlgorithms(list: string, of: Algorithms): string {
  if (list.startsWith('-')) return list;
  const names = list.replace(/^[+^]/, '').split(',');
  if (names.length === 1 && names[0] === '') throw new BadValue('empty list of algorithms');
  const end = names.indexOf(''); // OpenSSH looks no further than the first empty name.
  for (const name of end < 0 ? names : names.slice(0, end)) {
    if (of.known.includes(name) || of.newer.includes(name)) continue;
    if (of.takesPatterns && of.known.some((each) => matchList(each, name) !== 'no')) continue;
    throw new BadValue(`unknown algorithm ${name}`);
  }
  return list;
}

/**
 * The algorithms that a list means, in order.
 *
 * @throws BadValue when nothing is left, which OpenSSH refuses
 */
export function assembleAlgorithms(list: string | undefined, of: Algorithms): readonly string[] {
  if (!list) return of.preferred;
  const rest = list.slice(1);
  if (list.startsWith('-')) return of.preferred.filter((name) => matchList(name, rest) !== 'yes');
  const patterns = list.startsWith('+')
    ? [...of.preferred, ...rest.split(',')]
    : list.startsWith('^')
      ? [...rest.split(','), ...of.preferred]
      : list.split(',');
  if (patterns.some((pattern) => pattern.startsWith('!'))) throw new BadValue(`negation in ${list}`);
  const known = [...of.known, ...of.newer];
  const found = new Set(patterns.flatMap((pattern) => known.filter((name) => matchList(name, pattern) === 'yes')));
  if (found.size === 0) throw new BadValue(`no algorithm in ${list}`);
  return [...found];
}

function withCertificate(name: string): string {
  return name.replace(/@openssh\.com$/, '') + certificate;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}
