import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { appendKnownHosts } from '../../../src/core/ssh/knownHostsFiles.ts';

void test('a known_hosts file is made with its folder, and a line goes below the last one', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'known-hosts-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, '.ssh', 'known_hosts');
  await appendKnownHosts(file, 'a\n');
  fs.writeFileSync(file, 'a');
  await appendKnownHosts(file, 'b\n');
  assert.equal(fs.readFileSync(file, 'utf8'), 'a\nb\n');
});

void test('a place where no folder can be made is a failure at once', { timeout: 10_000 }, async () => {
  await assert.rejects(appendKnownHosts('/proc/none/known_hosts', 'a\n'), { code: 'ENOENT' });
});
