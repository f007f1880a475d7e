import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { sshdConfig } from '../../support/hostConfig.ts';
import { connectTo, memoryLog, problemOf, type Script, script } from '../../support/ssh.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';

const password = 'pa55w0rd of the account';
const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEH';
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const hasModule =
  spawnSync('sh', ['-c', 'ls /lib/*/security/pam_google_authenticator.so'], { stdio: 'ignore' }).status === 0;
const canRun = process.platform === 'linux' && process.getuid?.() === 0 && hasModule;

/**
 * A real sshd that sees a password database and a PAM stack of its own, by mounts that nobody else sees: the account's
 * password, and a one-time code after it where `factors` is 2.
 */
async function startWithPasswords(folder: string, factors: 1 | 2, config: readonly string[] = []): Promise<Sshd> {
  const at = (name: string): string => path.join(folder, name);
  const hash = execFileSync('openssl', ['passwd', '-6', password], { encoding: 'utf8' }).trim();
  fs.writeFileSync(at('shadow'), `${os.userInfo().username}:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 });
  // RFC 6238, 30 s, six digits; codes of the neighbouring steps are taken too.
  fs.writeFileSync(at('totp'), `${totpSecret}\n" TOTP_AUTH\n" WINDOW_SIZE 17\n`, { mode: 0o600 });
  const code = `auth required pam_google_authenticator.so secret=${at('totp')} user=root no_strict_owner`;
  const stack = [
    'auth requisite pam_unix.so',
    ...(factors === 2 ? [code] : []),
    'account required pam_permit.so',
    'session required pam_permit.so',
  ];
  fs.writeFileSync(at('pam'), `${stack.join('\n')}\n`);
  const mounts = `mount --bind ${at('shadow')} /etc/shadow && mount --bind ${at('pam')} /etc/pam.d/sshd && exec "$@"`;
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

    test('keyboard-interactive asks for the password, then for a one-time code, and neither is in the log', async (t) => {
      const sshd = await startWithPasswords(folder, 2);
      t.after(() => sshd.stop());
      const prompts = answers();
      const log = memoryLog();
      const config = sshdConfig(sshd, { identityFiles: [], preferredAuthentications: ['keyboard-interactive'] });
      const connection = await connectTo(config, { prompts, log });
      assert.equal(connection.facts.authMethod, 'keyboard-interactive');
      assert.deepEqual(
        prompts.secrets.map((question) => question.kind === 'keyboardInteractive' && question.prompt.trim()),
        ['Password:', 'Verification code:'],
      );
      assert.ok(!log.lines.join('\n').includes(password));
      await connection.close();
    });

    test('a key alone is not enough where a code is wanted too, and what is missing is asked for', async (t) => {
      const sshd = await startWithPasswords(folder, 2, ['AuthenticationMethods publickey,keyboard-interactive']);
      t.after(() => sshd.stop());
      const prompts = answers();
      const connection = await connectTo(sshdConfig(sshd), { prompts });
      assert.equal(prompts.secrets.length, 2);
      assert.match(sshd.log(), /Partial publickey/u);
      await connection.close();
    });

    test('a password lets in', async (t) => {
      const sshd = await startWithPasswords(folder, 1);
      t.after(() => sshd.stop());
      const prompts = answers();
      const config = sshdConfig(sshd, { identityFiles: [], preferredAuthentications: ['password'] });
      const connection = await connectTo(config, { prompts });
      assert.equal(connection.facts.authMethod, 'password');
      assert.equal(prompts.secrets.length, 1);
      await connection.close();
    });

    test('a wrong password three times ends the login, and nothing tries again', async (t) => {
      const sshd = await startWithPasswords(folder, 1);
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
