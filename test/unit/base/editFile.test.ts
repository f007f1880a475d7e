import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/userError.ts';
import { editFile } from '../../../src/base/editFile.ts';
import { posixOnly } from '../../support/posixOnly.ts';
import { privateHome } from '../../support/systemSsh.ts';

void test('an edited file keeps its mode and owner, and no temporary file stays', async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  const file = place.write('config', 'a\n');
  fs.chmodSync(file, 0o644);
  if (process.getuid?.() === 0) fs.chownSync(file, 1234, 1235);
  const before = fs.statSync(file);
  await editFile(file, (text) => `${text}b\n`);
  const after = fs.statSync(file);
  assert.equal(fs.readFileSync(file, 'utf8'), 'a\nb\n');
  assert.deepEqual([after.mode, after.uid, after.gid], [before.mode, before.uid, before.gid]);
  assert.notEqual(after.ino, before.ino, 'a new file replaces the old one in one step');
  assert.deepEqual(fs.readdirSync(place.home), ['config']);
});

void test('editing a symbolic link changes its target', { skip: posixOnly }, async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  const real = place.write('dotfiles/ssh_config', 'a\n');
  const link = path.join(place.home, 'config');
  fs.symlinkSync('dotfiles/ssh_config', link);
  await editFile(link, () => 'b\n');
  assert.equal(fs.readlinkSync(link), 'dotfiles/ssh_config');
  assert.equal(fs.readFileSync(real, 'utf8'), 'b\n');
});

void test('editing a dangling link creates its target', { skip: posixOnly }, async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  const link = path.join(place.home, 'config');
  fs.symlinkSync('later/ssh_config', link);
  await editFile(link, () => 'b\n');
  assert.equal(fs.readFileSync(path.join(place.home, 'later/ssh_config'), 'utf8'), 'b\n');
});

void test('only the user can read a new file and its folder', { skip: posixOnly }, async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  const file = path.join(place.home, '.ssh', 'config');
  await editFile(file, (text) => `${text}x\n`);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700);
});

void test('a file that is not UTF-8 is refused and stays unchanged', async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  const file = path.join(place.home, 'config');
  const bytes = Buffer.from([0x23, 0xe9, 0x0a]);
  fs.writeFileSync(file, bytes);
  await assert.rejects(
    editFile(file, (text) => `${text}x`),
    (error) => error instanceof UserError && error.problem.code === 'fileUnreadable',
  );
  assert.deepEqual(fs.readFileSync(file), bytes);
});

void test('simultaneous edits are all kept', async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  const file = place.write('config', 'start\n');
  const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
  await Promise.all(lines.map((line) => editFile(file, (text) => `${text}${line}\n`)));
  assert.deepEqual(fs.readFileSync(file, 'utf8').trim().split('\n').toSorted(), [...lines, 'start'].toSorted());
  assert.deepEqual(fs.readdirSync(place.home), ['config']);
});

void test('an edit keeps what another program writes meanwhile', async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  const file = place.write('config', 'a\n');
  let isFirst = true;
  await editFile(file, (text) => {
    if (isFirst) fs.appendFileSync(file, 'theirs\n');
    isFirst = false;
    return `ours\n${text}`;
  });
  assert.equal(fs.readFileSync(file, 'utf8'), 'ours\na\ntheirs\n');
});

void test('editing a hard link changes the other link too', async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  const file = place.write('config', 'a long line\n');
  const other = path.join(place.home, 'dotfile');
  fs.linkSync(file, other);
  await editFile(file, () => 'b\n');
  assert.equal(fs.readFileSync(other, 'utf8'), 'b\n');
  assert.deepEqual(fs.readdirSync(place.home).toSorted(), ['config', 'dotfile']);
});
