import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A store of trusted authorities that belongs to this user. */
export interface TrustStore {
  readonly kind: 'keychain' | 'windows' | 'nss';
  /** The folder of an NSS database (Chromium, Firefox). */
  readonly folder?: string;
}

/** A program that changes a store. */
export interface TrustCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** The command may fail, because its change may be made already. */
  readonly mayFail?: true;
}

/** The name of the authority in an NSS database. */
const nickname = 'SSH Ports';

/** The stores of this user: one on macOS and Windows, on Linux one for Chromium and one for each profile of Firefox. */
export function trustStores(
  home = process.env['HOME'] || os.homedir(),
  platform = process.platform,
): readonly TrustStore[] {
  if (platform === 'darwin') return [{ kind: 'keychain' }];
  if (platform === 'win32') return [{ kind: 'windows' }];
  const firefox = ['.mozilla/firefox', 'snap/firefox/common/.mozilla/firefox']
    .map((folder) => path.join(home, folder))
    .flatMap((folder) => subfolders(folder).filter((each) => fs.existsSync(path.join(each, 'cert9.db'))));
  const snap = path.join(home, 'snap/chromium/current/.pki/nssdb');
  const folders = [path.join(home, '.pki/nssdb'), ...(fs.existsSync(snap) ? [snap] : []), ...firefox];
  return folders.map((folder) => ({ kind: 'nss', folder }));
}

/** The commands that make a store trust the certificate in `file`. None needs administrator rights. */
export function trustCommands({ kind, folder = '' }: TrustStore, file: string): readonly TrustCommand[] {
  switch (kind) {
    case 'keychain':
      return [{ program: 'security', args: ['add-trusted-cert', '-r', 'trustRoot', '-p', 'ssl', file] }];
    case 'windows':
      return [{ program: 'certutil', args: ['-user', '-addstore', 'Root', file] }];
    case 'nss':
      return [
        ...(fs.existsSync(path.join(folder, 'cert9.db')) ? [] : [nss(folder, '-N', '--empty-password')]),
        { ...nss(folder, '-D', '-n', nickname), mayFail: true }, // an older authority of ours
        nss(folder, '-A', '-t', 'C,,', '-n', nickname, '-i', file),
      ];
  }
}

/** `sha1`: the fingerprint of the certificate, by which Windows finds it. */
export function distrustCommands(
  { kind, folder = '' }: TrustStore,
  file: string,
  sha1: string,
): readonly TrustCommand[] {
  switch (kind) {
    case 'keychain':
      return [{ program: 'security', args: ['remove-trusted-cert', file] }];
    case 'windows':
      return [{ program: 'certutil', args: ['-user', '-delstore', 'Root', sha1] }];
    case 'nss':
      return [{ ...nss(folder, '-D', '-n', nickname), mayFail: true }];
  }
}

function nss(folder: string, ...args: readonly string[]): TrustCommand {
  return { program: 'certutil', args: ['-d', `sql:${folder}`, ...args] };
}

function subfolders(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder).map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}
