import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, test } from 'node:test';
import { Scope } from '../../../src/base/scope.ts';
import { privateFolder, socketFolders } from '../../../src/base/socketFolder.ts';

const { TMPDIR } = process.env;
afterEach(() => {
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
});

for (const [name, folder] of [
  ['is gone', '/nowhere/at/all'],
  ['is too long for a socket', path.join(os.tmpdir(), 'x'.repeat(90))],
] as const) {
  void test(`a TMPDIR that ${name} is not used`, async () => {
    if (name === 'is too long for a socket') fs.mkdirSync(folder, { recursive: true });
    process.env['TMPDIR'] = folder;
    const scope = new Scope();
    const made = await privateFolder(scope);
    assert.ok(!made.startsWith(folder) && made.length <= 82, made);
    assert.equal(fs.statSync(made).mode & 0o077, 0);
    await scope.close();
    assert.ok(!fs.existsSync(made));
    fs.rmSync(folder, { recursive: true, force: true });
  });
}

void test('the folder of the login session comes after TMPDIR, and a relative path is not used', () => {
  const folders = socketFolders({ XDG_RUNTIME_DIR: '/run/user/1000' });
  assert.deepEqual(folders.slice(1, 2), ['/run/user/1000']);
  assert.ok(!socketFolders({ XDG_RUNTIME_DIR: 'run' }).includes('run'));
});
