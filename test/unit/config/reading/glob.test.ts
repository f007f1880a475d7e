import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { glob, globFolder } from '../../../../src/core/config/reading/glob.ts';
import { posixOnly } from '../../../support/posixOnly.ts';
import { privateHome } from '../../../support/systemSsh.ts';

void test('a pattern finds the files that glob(7) finds, sorted by bytes', { skip: posixOnly }, async (t) => {
  const place = privateHome();
  t.after(() => place.remove());
  for (const file of ['b.conf', 'a.conf', 'B.conf', '.hidden.conf', 'sub/x.conf', 'sub2/x.conf', 'a]b', '[', 'st*r'])
    place.write(file, '');
  const find = async (pattern: string): Promise<readonly string[]> =>
    (await glob(path.join(place.home, pattern))).map((file) => path.relative(place.home, file));
  assert.deepEqual(await find('*.conf'), ['B.conf', 'a.conf', 'b.conf']);
  assert.deepEqual(await find('.*.conf'), ['.hidden.conf']);
  assert.deepEqual(await find('[ab].conf'), ['a.conf', 'b.conf']);
  assert.deepEqual(await find('[!a-z].conf'), ['B.conf']);
  assert.deepEqual(await find('a[]]b'), ['a]b']);
  assert.deepEqual(await find('['), ['[']);
  assert.deepEqual(await find(String.raw`st\*r`), ['st*r']);
  assert.deepEqual(await find('sub*/x.c?nf'), ['sub/x.conf', 'sub2/x.conf']);
  assert.deepEqual(await find('{a,b}.conf'), []);
  assert.deepEqual(await find('missing'), []);
  assert.deepEqual(await find('a.conf/x'), []);
});

void test('the folder to watch is the last folder before a wildcard', () => {
  assert.equal(globFolder('/h/.ssh/config.d/*.conf'), '/h/.ssh/config.d');
  assert.equal(globFolder('/h/.ssh/*/x'), '/h/.ssh');
  assert.equal(globFolder('/h/.ssh/one'), '/h/.ssh');
});
