import { BadValue } from '../badValue.ts';
import { matchList, matchPattern } from '../../../base/pattern.ts';

/** The algorithms of one kind in OpenSSH 9.2. */
export interface Algorithms {
  readonly known: readonly string[];
  /** What OpenSSH offers by default, best first. */
  readonly preferred: readonly string[];
  /** Names that only newer versions know. */
  readonly newer: readonly string[];
  /** OpenSSH accepts patterns in a plain list. */
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
 * Checks a list such as `a,b`, `+a`, `-a*` or `^a` (ssh_config(5) Ciphers) and returns it as written.
 *
 * @throws BadValue
 */
export function checkAlgorithms(list: string, of: Algorithms): string {
  if (list.startsWith('-')) return list;
  const names = list.replace(/^[+^]/, '').split(',');
  if (names.length === 1 && names[0] === '') throw new BadValue('empty list of algorithms');
  const end = names.indexOf(''); // OpenSSH ignores everything from the first empty name on.
  for (const name of end < 0 ? names : names.slice(0, end)) {
    if (of.known.includes(name) || of.newer.includes(name)) continue;
    if (of.takesPatterns && of.known.some((each) => matchList(each, name) !== 'no')) continue;
    throw new BadValue(`unknown algorithm ${name}`);
  }
  return list;
}

/**
 * The algorithms that a list stands for, in order.
 *
 * @throws BadValue when no algorithm is left, which OpenSSH refuses
 */
export function assembleAlgorithms(list: string | undefined, of: Algorithms): readonly string[] {
  if (list?.startsWith('-') === false && /(?:^[+^]?|,)!/.test(list)) throw new BadValue(`negation in ${list}`);
  const found = selectAlgorithms(list, { known: [...of.known, ...of.newer], preferred: of.preferred });
  if (found.length === 0 && list?.startsWith('-') === false) throw new BadValue(`no algorithm in ${list}`);
  return found;
}

/**
 * Applies a list (ssh_config(5) Ciphers): a plain list replaces the preferred algorithms, `+` appends, `-` removes, `^`
 * puts first. A pattern stands for all known names that match.
 */
export function selectAlgorithms(
  list: string | undefined,
  { known, preferred }: Pick<Algorithms, 'known' | 'preferred'>,
): readonly string[] {
  if (!list) return preferred;
  const [, operator = '', names = ''] = /^([+^-]?)(.*)$/s.exec(list) ?? [];
  if (operator === '-') return preferred.filter((name) => matchList(name, names) !== 'yes');
  const named = names.split(',').flatMap((pattern) => known.filter((name) => matchPattern(name, pattern)));
  if (operator === '+') return [...new Set([...preferred, ...named])];
  return [...new Set(operator === '^' ? [...named, ...preferred] : named)];
}

function withCertificate(name: string): string {
  return name.replace(/@openssh\.com$/, '') + certificate;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}
