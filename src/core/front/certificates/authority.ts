import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { errorCode } from '../../../base/userError.ts';
import { authorityCertificate, leafCertificate, type Names, subjectOf } from './certificate.ts';

/** Signs certificates for servers on this machine. */
export interface Authority {
  readonly origin: 'own' | 'mkcert';
  /** PEM, for clients that shall trust the authority. */
  readonly certificate: string;
  /** A file with the certificate, and without the key. */
  readonly file: string;
  issue(names: Names): { readonly cert: string; readonly key: string };
}

/** An authority with less time left is replaced. */
const renewBeforeMs = 30 * 24 * 3_600_000;

/**
 * The authority of this user on this machine for `scope`, made at its first use. One file, which only the user can read,
 * holds its key and its certificate.
 */
export function ownAuthority(folder: string, file: string, scope: Names): Authority {
  const where = path.join(folder, file);
  const known = readAuthority(where);
  if (known) return published(known);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = authorityCertificate(title(), privateKey, scope);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() + certificate;
  const temporary = `${where}.${crypto.randomUUID()}`;
  fs.writeFileSync(temporary, pem, { mode: 0o600, flag: 'wx' });
  removeOutdated(where);
  // RACE: another window may make an authority at the same time. Both windows then use the first one.
  try {
    fs.linkSync(temporary, where);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') fs.copyFileSync(temporary, where, fs.constants.COPYFILE_EXCL);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  const made = readAuthority(where);
  if (!made) throw new Error(`${where} cannot be read back`);
  return published(made);
}

/** RACE: the file may be another window's new one by now. Only a file that was moved away cannot change before it is judged. */
function removeOutdated(where: string): void {
  if (!fs.existsSync(where) || readAuthority(where)) return;
  const moved = `${where}.${crypto.randomUUID()}`;
  try {
    fs.renameSync(where, moved);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return; // the other window has just moved it
    throw error;
  }
  if (readAuthority(moved) && !fs.existsSync(where)) fs.renameSync(moved, where);
  else fs.rmSync(moved);
}

/** Writes the file that may be shown around. */
function published(authority: Authority): Authority {
  if (!fs.existsSync(authority.file) || fs.readFileSync(authority.file, 'utf8') !== authority.certificate) {
    fs.writeFileSync(authority.file, authority.certificate);
  }
  return authority;
}

/** The authority that mkcert made for this user. Undefined if it is missing or its key cannot be read. */
export function mkcertAuthority(folder: string): Authority | undefined {
  try {
    const file = path.join(folder, 'rootCA.pem');
    const certificate = fs.readFileSync(file, 'utf8');
    const key = crypto.createPrivateKey(fs.readFileSync(path.join(folder, 'rootCA-key.pem')));
    return isCurrent(certificate, key) ? authorityOf({ origin: 'mkcert', certificate, file }, key) : undefined;
  } catch {
    return undefined;
  }
}

function readAuthority(file: string): Authority | undefined {
  let pem: string;
  try {
    pem = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const [certificate] = /-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----\n/.exec(pem) ?? [];
  try {
    const key = crypto.createPrivateKey(pem);
    if (certificate !== undefined && isCurrent(certificate, key)) {
      return authorityOf({ origin: 'own', certificate, file: file.replace(/\.pem$/, '.crt') }, key);
    }
  } catch {
    // A damaged file is replaced.
  }
  return undefined;
}

function isCurrent(pem: string, key: crypto.KeyObject): boolean {
  const certificate = new crypto.X509Certificate(pem);
  return certificate.ca && certificate.checkPrivateKey(key) && timeLeftMs(pem) > renewBeforeMs;
}

export function timeLeftMs(pem: string): number {
  return Date.parse(new crypto.X509Certificate(pem).validTo) - Date.now();
}

function authorityOf(facts: Omit<Authority, 'issue'>, key: crypto.KeyObject): Authority {
  const signer = { name: subjectOf(facts.certificate), key };
  return {
    ...facts,
    issue: (names) => {
      const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const leaf = leafCertificate(signer, publicKey, names);
      return { cert: leaf, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}

/** The name in a system's list of trusted authorities. */
function title(): string {
  return `SSH Ports: localhost of ${os.userInfo().username} on ${os.hostname()}`.slice(0, 64); // RFC 5280 ub-common-name
}
