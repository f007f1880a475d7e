import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { silentLog } from '../../../../src/base/log.ts';
import { parseKnownHosts } from '../../../../src/core/ssh/hostkeys/knownHosts.ts';
import { appendKnownHosts, forgetKeys } from '../../../../src/core/ssh/hostkeys/knownHostsFiles.ts';

void test('a missing known_hosts file is created with its folder, and new lines follow the last one', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'known-hosts-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, '.ssh', 'known_hosts');
  await appendKnownHosts(file, 'a\n');
  fs.writeFileSync(file, 'a');
  await appendKnownHosts(file, 'b\n');
  assert.equal(fs.readFileSync(file, 'utf8'), 'a\nb\n');
});

void test('a folder that cannot be created fails at once', { timeout: 10_000 }, async () => {
  await assert.rejects(appendKnownHosts('/proc/none/known_hosts', 'a\n'), { code: 'ENOENT' });
});

void test('only the lines of obsolete keys are removed, and other lines keep their line ends', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'known-hosts-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'known_hosts');
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJAcxrL7vK9yThzzT0sXkGWyuMpWyBDTwlhRgh4JYOo';
  fs.writeFileSync(file, `# mine\r\nold ${key}\r\nkept ${key} c\nold ${key}`);
  const entries = parseKnownHosts(file, fs.readFileSync(file, 'utf8'));
  await forgetKeys(
    entries.filter(({ hosts }) => hosts === 'old'),
    silentLog,
  );
  assert.equal(fs.readFileSync(file, 'utf8'), `# mine\r\nkept ${key} c\n`);
});
