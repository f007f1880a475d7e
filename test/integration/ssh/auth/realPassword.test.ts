import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { connectTo, memoryLog, problemOf, type Script, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

const password = 'pa55w0rd of the account';
const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEH';
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const hasModule =
  spawnSync('sh', ['-c', 'ls /lib/*/security/pam_google_authenticator.so'], { stdio: 'ignore' }).status === 0;
const canRun = process.platform === 'linux' && process.getuid?.() === 0 && hasModule;

interface Accounts {
  readonly factors: 1 | 2;
  /** The day since 1970 on which the password was set. 0 means that it must be changed. */
  readonly changedOn?: number;
  readonly config?: readonly string[];
}

/**
 * A real sshd with its own /etc, in a private mount namespace. It asks for the account's password, and for a one-time code
 * after it if `factors` is 2.
 */
async function startWithPasswords(
  folder: string,
  { factors, changedOn = 19_000, config = [] }: Accounts,
): Promise<Sshd> {
  const at = (name: string): string => path.join(folder, name);
  fs.cpSync('/etc', at('etc'), { recursive: true, verbatimSymlinks: true });
  const hash = execFileSync('openssl', ['passwd', '-6', password], { encoding: 'utf8' }).trim();
  fs.writeFileSync(at('etc/shadow'), `${os.userInfo().username}:${hash}:${changedOn}:0:99999:7:::\n`, { mode: 0o600 });
  // RFC 6238, 30 s, six digits; codes of the neighbouring steps are taken too.
  fs.writeFileSync(at('totp'), `${totpSecret}\n" TOTP_AUTH\n" WINDOW_SIZE 17\n`, { mode: 0o600 });
  const code = `auth required pam_google_authenticator.so secret=${at('totp')} user=root no_strict_owner`;
  const stack = [
    'auth requisite pam_unix.so',
    ...(factors === 2 ? [code] : []),
    'account required pam_unix.so',
    'password required pam_unix.so',
    'session required pam_permit.so',
  ];
  fs.writeFileSync(at('etc/pam.d/sshd'), `${stack.join('\n')}\n`);
  const mounts = `mount --bind ${at('etc')} /etc && exec "$@"`;
  return startSshd({
    runner: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mounts, 'sh'],
    config: ['UsePAM yes', 'PasswordAuthentication yes', 'KbdInteractiveAuthentication yes', ...config],
  });
}

void describe(
  'passwords at a real sshd',
  { skip: !canRun && !process.env['CI'] && 'needs root and libpam-google-authenticator' },
  () => {
    let folder: string;
    beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'accounts-'))));
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    const answers = (): Script =>
      script({
        secret: (question) =>
          question.kind === 'keyboardInteractive' && /code/iu.test(question.prompt) ? totp() : password,
      });

    test('keyboard-interactive asks for the password, then for a one-time code, and logs neither', async (t) => {
      const sshd = await startWithPasswords(folder, { factors: 2 });
      t.after(() => sshd.stop());
      const prompts = answers();
      const log = memoryLog();
      const config = sshdConfig(sshd, { identityFiles: [], preferredAuthentications: ['keyboard-interactive'] });
      const connection = await connectTo(config, { prompts, log });
      assert.equal(connection.facts.authMethod, 'keyboard-interactive');
      assert.deepEqual(
        prompts.secrets.map((question) =>
          question.kind === 'keyboardInteractive' ? question.prompt.trim() : question.kind,
        ),
        ['password', 'Verification code:'],
      );
      assert.ok(!log.lines.join('\n').includes(password));
      await connection.close();
    });

    test('when the server wants a key and a code, the code is asked for after the key', async (t) => {
      const sshd = await startWithPasswords(folder, {
        factors: 2,
        config: ['AuthenticationMethods publickey,keyboard-interactive'],
      });
      t.after(() => sshd.stop());
      const prompts = answers();
      const connection = await connectTo(sshdConfig(sshd), { prompts });
      assert.equal(prompts.secrets.length, 2);
      assert.match(sshd.log(), /Partial publickey/u);
      await connection.close();
    });

    test('a password logs in', async (t) => {
      const sshd = await startWithPasswords(folder, { factors: 1 });
      t.after(() => sshd.stop());
      const prompts = answers();
      const config = sshdConfig(sshd, { identityFiles: [], preferredAuthentications: ['password'] });
      const connection = await connectTo(config, { prompts });
      assert.equal(connection.facts.authMethod, 'password');
      assert.equal(prompts.secrets.length, 1);
      await connection.close();
    });

    test('an expired password is changed during the login, and the new one works from then on', async (t) => {
      const sshd = await startWithPasswords(folder, { factors: 1, changedOn: 0 });
      t.after(() => sshd.stop());
      const chosen = 'Another-1 that nobody guesses';
      const prompts = script({
        secret: (question) =>
          question.kind === 'keyboardInteractive' && /new password/iu.test(question.prompt) ? chosen : password,
      });
      const log = memoryLog();
      const config = sshdConfig(sshd, { identityFiles: [] });
      await (await connectTo(config, { prompts, log })).close();
      assert.deepEqual(
        prompts.secrets.map((question) =>
          question.kind === 'keyboardInteractive' ? question.prompt.trim().split('\n').at(-1) : question.kind,
        ),
        ['password', 'Current password:', 'New password:', 'Retype new password:'],
      );
      assert.ok(!log.lines.join('\n').includes(chosen));
      const next = script({ secret: () => chosen });
      await (await connectTo(config, { prompts: next })).close();
      assert.equal(next.secrets.length, 1);
    });

    test('three wrong passwords end the login, and nothing retries', async (t) => {
      const sshd = await startWithPasswords(folder, { factors: 1 });
      t.after(() => sshd.stop());
      const prompts = script({ secret: () => 'wrong' });
      const config = sshdConfig(sshd, { identityFiles: [], preferredAuthentications: ['password'] });
      assert.equal((await problemOf(connectTo(config, { prompts }))).code, 'authFailed');
      assert.equal(prompts.secrets.length, 3);
      assert.equal(sshd.log().match(/Failed password/gu)?.length, 3);
    });
  },
);

/** RFC 6238 with the secret above. */
function totp(): string {
  const bits = totpSecret
    .split('')
    .map((letter) => base32.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/gu) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
