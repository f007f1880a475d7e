import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makeKey } from '../support/keys.ts';
import type { KeyKind } from './case.ts';

/** Writes a private key without its `.pub`, as people keep them. Returns the file. Its public half is KIND.authorized. */
export function writeKey(folder: string, kind: KeyKind): string {
  const file = path.join(folder, kind);
  if (kind === 'ed25519' || kind === 'dsa') {
    makeKey(folder, kind, '-t', kind);
    fs.renameSync(`${file}.pub`, `${file}.authorized`);
  } else {
    fs.writeFileSync(file, generated(kind).export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  return file;
}

function generated(kind: Exclude<KeyKind, 'ed25519' | 'dsa'>): KeyObject {
  switch (kind) {
    case 'rsa-pss':
      return generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
    case 'p-224':
      return generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).privateKey;
    case 'secp256k1':
      return generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
    case 'ed448':
      return generateKeyPairSync('ed448').privateKey;
  }
}

/** The public half, as known_hosts and authorized_keys have it: type and base64. */
export function publicKey(file: string): string {
  return execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim().split(' ').slice(0, 2).join(' ');
}

/** Signs the key of a host for a name, beside the key. */
export function certifyHost(authority: string, publicKeyFile: string, name: string): void {
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-h', '-I', 'test', '-n', name, publicKeyFile], { stdio: 'pipe' });
}
