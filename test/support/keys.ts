import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** A new key pair in a folder, made by ssh-keygen. Returns the private key's path. */
export function makeKey(folder: string, name: string, ...options: readonly string[]): string {
  const file = path.join(folder, name);
  const passphrase = options.includes('-N') ? [] : ['-N', ''];
  execFileSync('ssh-keygen', ['-q', '-f', file, '-C', name, ...passphrase, ...options], { stdio: 'pipe' });
  return file;
}

/** Lets the owner of a private key log in where this file is the authorized_keys. */
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
