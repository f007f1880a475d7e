import { createHmac } from 'node:crypto';
import { WireReader } from '../keys/wire.ts';
import { matchPattern } from '../../../base/pattern.ts';

/** One usable line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly marker: 'none' | 'cert-authority' | 'revoked';
  /** Comma-separated patterns, or one hashed name. */
  readonly hosts: string;
  readonly keyType: string;
  readonly key: Buffer;
}

const MARKERS = new Map<string, KnownHost['marker']>([
  ['@cert-authority', 'cert-authority'],
  ['@revoked', 'revoked'],
]);

/** The usable lines. OpenSSH skips a line that it cannot read, and so do we. */
export function parseKnownHosts(file: string, text: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const entry = parseLine(line);
    return entry ? [{ file, line: index + 1, ...entry }] : [];
  });
}

function parseLine(line: string): Omit<KnownHost, 'file' | 'line'> | undefined {
  const fields = line.split(/[ \t\r]+/).filter((field) => field !== '');
  if (fields.length === 0 || fields[0]?.startsWith('#')) return undefined;
  const marker = fields[0]?.startsWith('@') ? MARKERS.get(fields.shift() ?? '') : 'none';
  const [hosts, keyType, encoded] = fields;
  if (!marker || hosts === undefined || keyType === undefined || encoded === undefined) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return isPublicKey(key, keyType) ? { marker, hosts, keyType, key } : undefined;
}

/** How many strings follow the type's name in a public key (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, PROTOCOL.u2f). */
const FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ssh-dss': 4,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256@openssh.com': 3,
};

function isPublicKey(key: Buffer, keyType: string): boolean {
  try {
    const reader = new WireReader(key);
    if (reader.text() !== keyType) return false;
    for (let field = FIELDS[keyType] ?? Infinity; field > 0; field--) reader.string();
    return reader.isAtEnd;
  } catch {
    return false;
  }
}

/** The name to look up, which `ssh-keygen -R` takes as well. It includes any port other than 22. */
export function lookupName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Does the hosts field of a line name this host? A hash stands for a whole name; patterns follow ssh_config(5) PATTERNS. */
export function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return isHashOf(hosts, name);
  let found = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (matchPattern(name, pattern.slice(1))) return false;
    } else {
      found ||= matchPattern(name, pattern);
    }
  }
  return found;
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both in base64. */
function isHashOf(hashed: string, name: string): boolean {
  const [, , salt, digest] = hashed.split('|');
  return salt !== undefined && digest !== undefined && hmac(Buffer.from(salt, 'base64'), name) === digest;
}

export function hashedName(name: string, salt: Buffer): string {
  return `|1|${salt.toString('base64')}|${hmac(salt, name)}`;
}

function hmac(salt: Buffer, name: string): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

/** What known_hosts has for a host. */
export interface KnownKinds {
  /** Of plain keys, also those without the port. */
  readonly types: readonly string[];
  readonly hasAuthority: boolean;
}

export function knownKinds(entries: readonly KnownHost[], name: string, bareName: string | undefined): KnownKinds {
  const about = entries.filter(({ hosts }) => namesHost(hosts, name));
  const bare = bareName === undefined ? [] : entries.filter(({ hosts }) => namesHost(hosts, bareName));
  const plain = [...about, ...bare].filter(({ marker }) => marker === 'none');
  return {
    types: [...new Set(plain.map(({ keyType }) => keyType))],
    hasAuthority: about.some(({ marker }) => marker === 'cert-authority'),
  };
}

export type Verdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** `entry` is the line that refuses the key. */
  | Offence;

export interface Offence {
  readonly kind: 'changed' | 'revoked';
  readonly entry: KnownHost;
}

export function isOffence(verdict: Verdict): verdict is Offence {
  return verdict.kind === 'changed' || verdict.kind === 'revoked';
}

/**
 * Judges a plain host key as ssh(1) does. A revoked key is refused. Otherwise any equal key of the host makes it known.
 * If the host has only other keys, of any type, the key has changed. A certificate authority says nothing about a plain key.
 */
export function judge(entries: readonly KnownHost[], name: string, key: Buffer): Verdict {
  const about = entries.filter(({ hosts }) => namesHost(hosts, name));
  const revoked = about.find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked) return { kind: 'revoked', entry: revoked };
  const plain = about.filter(({ marker }) => marker === 'none');
  if (plain.some((entry) => entry.key.equals(key))) return { kind: 'known' };
  return plain[0] ? { kind: 'changed', entry: plain[0] } : { kind: 'unknown' };
}

/** An entry without the port counts only if it vouches for the key. Another key there says nothing about this port. */
export function withoutPort(verdict: Verdict): Verdict {
  return verdict.kind === 'known' || verdict.kind === 'revoked' ? verdict : { kind: 'unknown' };
}

export type AuthorityVerdict =
  | { readonly kind: 'known' | 'unknown' | 'otherAuthority' }
  /** The authority or the certified key. */
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

/**
 * Judges who signed a host certificate as ssh(1) does: only authorities and revoked keys count, no plain key. `bareName`
 * is the name without the port, whose entries vouch as well. Returns the name that decided with the verdict.
 */
export function judgeAuthorityOf(
  entries: readonly KnownHost[],
  name: string,
  bareName: string | undefined,
  certificate: { readonly key: Buffer; readonly authority: Buffer },
): { readonly lookup: string; readonly verdict: AuthorityVerdict } {
  const verdict = judgeAuthority(entries, name, certificate);
  const isOpen = verdict.kind === 'unknown' || verdict.kind === 'otherAuthority';
  const bare = bareName !== undefined && isOpen ? judgeAuthority(entries, bareName, certificate) : undefined;
  if (bareName === undefined || !bare || bare.kind === 'unknown') return { lookup: name, verdict };
  return { lookup: bareName, verdict: bare };
}

function judgeAuthority(
  entries: readonly KnownHost[],
  name: string,
  { key, authority }: { readonly key: Buffer; readonly authority: Buffer },
): AuthorityVerdict {
  const about = entries.filter(({ hosts }) => namesHost(hosts, name));
  const revoked = about.find(
    (entry) => entry.marker === 'revoked' && (entry.key.equals(key) || entry.key.equals(authority)),
  );
  if (revoked) return { kind: 'revoked', entry: revoked };
  const authorities = about.filter(({ marker }) => marker === 'cert-authority');
  if (authorities.some((entry) => entry.key.equals(authority))) return { kind: 'known' };
  return { kind: authorities.length > 0 ? 'otherAuthority' : 'unknown' };
}
