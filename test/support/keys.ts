import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { string, uint32 } from '../../src/core/ssh/keys/wire.ts';

/** A new key pair in a folder, made by ssh-keygen. Returns the private key's path. */
export function makeKey(folder: string, name: string, ...options: readonly string[]): string {
  const file = path.join(folder, name);
  const passphrase = options.includes('-N') ? [] : ['-N', ''];
  execFileSync('ssh-keygen', ['-q', '-f', file, '-C', name, ...passphrase, ...options], { stdio: 'pipe' });
  return file;
}

/** Adds the public key of a key file to an authorized_keys file. */
export function authorize(authorizedKeysFile: string, keyFile: string): void {
  fs.appendFileSync(authorizedKeysFile, fs.readFileSync(`${keyFile}.pub`));
}

/** A user certificate beside the key (`KEY-cert.pub`), signed by an authority's key. */
export function certify(authority: string, keyFile: string, principal: string): string {
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', principal, `${keyFile}.pub`], {
    stdio: 'pipe',
  });
  return `${keyFile}-cert.pub`;
}

/** Writes the files of a security key (PROTOCOL.u2f, PROTOCOL.key) for which there is no device. Returns the private file. */
export function makeSecurityKey(folder: string, name: string): string {
  const file = path.join(folder, name);
  const type = 'sk-ssh-ed25519@openssh.com';
  const application = 'ssh:';
  const point = Buffer.from(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const publicKey = Buffer.concat([string(type), string(point), string(application)]);
  const check = uint32(7);
  const touch = Buffer.of(1);
  const handle = string('a handle that some device would know');
  const fields = Buffer.concat([check, check, publicKey, touch, handle, string(''), string(name)]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (fields.length % 8)) % 8));
  const parts = [string('none'), string('none'), string(''), uint32(1), string(publicKey)];
  const whole = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...parts, string(Buffer.concat([fields, padding]))]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  const text = ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
  fs.writeFileSync(file, text, { mode: 0o600 });
  fs.writeFileSync(`${file}.pub`, `${type} ${publicKey.toString('base64')} ${name}\n`);
  return file;
}
