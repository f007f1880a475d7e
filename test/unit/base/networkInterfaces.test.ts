import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

void test(
  'without a free file descriptor, the network interfaces are the latest ones',
  { skip: process.platform === 'win32' },
  () => {
    const program = `
    import fs from 'node:fs';
    import os from 'node:os';
    import { networkInterfaces } from './src/base/networkInterfaces.ts';
    const names = Object.keys(networkInterfaces());
    try { for (;;) fs.openSync('/dev/null'); } catch {}
    let isThrown = false;
    try { os.networkInterfaces(); } catch { isThrown = true; }
    const now = Object.keys(networkInterfaces());
    fs.writeSync(1, JSON.stringify({ isThrown, isSame: names.length > 0 && String(names) === String(now) }));`;
    const command = ['--import', 'tsx', '--input-type=module', '-e', program];
    const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, ...command], {
      encoding: 'utf8',
    });
    assert.equal(stdout, JSON.stringify({ isThrown: true, isSame: true }), stderr);
  },
);
