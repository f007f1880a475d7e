import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, type TestContext } from 'node:test';
import { makeKey } from '../../../support/keys.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

/** Holds the authorities and the certified keys. */
export const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'certified-'));
export const file = (name: string): string => path.join(folder, name);
export const line = (name: string): string =>
  fs
    .readFileSync(file(`${name}.pub`), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');

export interface Certified {
  /** The key that the server has, and the authority that signs it. */
  readonly key?: string;
  readonly authority?: string;
  /** For ssh-keygen -s. */
  readonly options?: readonly string[];
}

/** A new certificate of a host's key for 127.0.0.1, unless the options name others. Returns its file. */
export function certifyHost({
  key = 'host',
  authority = 'authority',
  options = ['-h', '-n', '127.0.0.1'],
}: Certified): string {
  const args = ['-q', '-s', file(authority), '-I', 'test', ...options, file(`${key}.pub`)];
  execFileSync('ssh-keygen', args, { stdio: 'pipe' });
  return file(`${key}-cert.pub`);
}

/** An sshd whose only host key has this certificate. */
export async function serve(t: TestContext, certificate: string, ...config: readonly string[]): Promise<Sshd> {
  const sshd = await startSshd({ config });
  const settings = path.join(sshd.folder, 'sshd_config');
  const own = `HostKey ${certificate.replace('-cert.pub', '')}\nHostCertificate ${certificate}`;
  fs.writeFileSync(settings, fs.readFileSync(settings, 'utf8').replace(/^HostKey .*$/mu, own));
  await sshd.restart();
  t.after(() => sshd.stop());
  return sshd;
}

export const authority = (hosts: string, name = 'authority'): string => `@cert-authority ${hosts} ${line(name)}`;

export const forHost = ['-h', '-n', '127.0.0.1'];

/** Makes the authorities before the tests of a file, and removes all files after them. */
export function useAuthorities(): void {
  before(() => {
    for (const name of ['authority', 'other', 'host']) makeKey(folder, name, '-t', 'ed25519');
  });
  after(() => fs.rmSync(folder, { recursive: true }));
}
