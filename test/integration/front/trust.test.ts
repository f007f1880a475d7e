import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { isProblem } from '../../../src/base/userError.ts';
import {
  distrustAuthority,
  trustAuthority,
  trustPlan,
  type TrustProblem,
} from '../../../src/core/front/certificates/trust.ts';
import { trustCommands, trustStores } from '../../../src/core/front/certificates/trustStores.ts';
import { systemStoreCommand, trustQuestion } from '../../../src/view/trustText.ts';

test('the authority is trusted in the databases of Chromium and Firefox, and no longer after', async (t) => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'trust-'));
  t.after(() => fs.rmSync(home, { recursive: true, force: true }));
  Object.assign(process.env, { HOME: home, XDG_DATA_HOME: path.join(home, 'data'), CAROOT: path.join(home, 'mkcert') });
  const firefox = path.join(home, '.mozilla/firefox/x.default');
  fs.mkdirSync(firefox, { recursive: true });
  execFileSync('certutil', ['-d', `sql:${firefox}`, '-N', '--empty-password']);
  const folders = [path.join(home, '.pki/nssdb'), firefox];
  assert.deepEqual(
    trustPlan().stores.map(({ folder }) => folder),
    folders,
  );
  const trusted = (): readonly boolean[] =>
    folders.map((folder) =>
      /^SSH Ports\s+C,,/m.test(execFileSync('certutil', ['-d', `sql:${folder}`, '-L'], { encoding: 'utf8' })),
    );
  await trustAuthority();
  assert.deepEqual(trusted(), [true, true]);
  await trustAuthority(); // twice is no fault
  assert.deepEqual(trusted(), [true, true]);
  await distrustAuthority();
  assert.deepEqual(trusted(), [false, false]);
  await distrustAuthority();
  process.env['PATH'] = home;
  await assert.rejects(trustAuthority(), (error) => isProblem<TrustProblem>(error, 'trustToolMissing'));
});

test('macOS and Windows change the store of the user alone, and the question names it', () => {
  const [mac] = trustStores('/Users/u', 'darwin');
  const [windows] = trustStores('C:\\Users\\u', 'win32');
  assert.ok(mac && windows);
  assert.deepEqual(trustCommands(mac, 'f.crt'), [
    { program: 'security', args: ['add-trusted-cert', '-r', 'trustRoot', '-p', 'ssl', 'f.crt'] },
  ]);
  assert.deepEqual(trustCommands(windows, 'f.crt'), [
    { program: 'certutil', args: ['-user', '-addstore', 'Root', 'f.crt'] },
  ]);
  assert.match(
    trustQuestion({ file: 'f.crt', origin: 'own', stores: [mac] }).detail,
    /^Your login keychain will trust/,
  );
});

test('the command for the system store quotes the file', () => {
  const command = systemStoreCommand({ file: "/home/o'neil/a b.crt", origin: 'own', stores: [] });
  assert.match(command, /^sudo install -m 644 '\/home\/o'\\''neil\/a b\.crt' \/usr\/local\//);
});
