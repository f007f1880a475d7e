import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { addDraft, draftHost } from '../../../src/core/config/editing/hostDraft.ts';

const commands: readonly (readonly string[])[] = [
  ['box.example.com'],
  ['me@box.example.com'],
  ['-p', '2222', '-l', 'me', 'box.example.com'],
  ['ssh://me@box.example.com:2222'],
  ['-J', 'a@j1:2200,j2', '-o', 'IdentityFile="/k/with blank"', '-C', '-4', 'box.example.com'],
  ['-o', 'ProxyCommand=sh -c "nc %h %p"', '-o', 'ServerAliveInterval 15', 'box.example.com'],
  ['-o', 'HostName=10.0.0.5', '-oHostKeyAlias=thing', 'box.example.com'],
  ['-o', 'HostName=%h.example.com', 'box'],
  ['ssh://me%40corp@box.example.com'],
  ['-c', 'aes256-ctr', '-c', 'aes128-ctr', '-K', '-B', 'lo', '-I', '/lib/p11.so', 'box.example.com'],
  [
    '-L',
    '8000:db.internal:5432',
    '-L',
    '*:8001:[::1]:80',
    '-R',
    '9000:localhost:3000',
    '-R',
    '1080',
    '-D',
    '1081',
    'box',
  ],
  ['-L', '/tmp/a.sock:/tmp/b.sock', 'box.example.com'],
  ['-o', 'SetEnv=GREETING="good day"', '-A', 'box.example.com'],
];

/** The output of `ssh -G` without the line with the typed name. */
function effective(args: readonly string[]): readonly string[] {
  const lines = execFileSync('ssh', ['-G', ...args], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => !line.startsWith('host '));
}

for (const command of commands) {
  test(`ssh ALIAS does what ssh ${command.join(' ')} does`, (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'draft-'));
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'config');
    const pasted = ['ssh', ...command].map((word) => `'${word}'`).join(' ');
    fs.writeFileSync(file, addDraft('', 'alias', draftHost(pasted, []), []));
    assert.deepEqual(effective(['-F', file, 'alias']), effective(['-F', 'none', ...command]));
  });
}
