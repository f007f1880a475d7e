import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type HostList, listHosts } from '../../../src/core/config/hosts.ts';
import { privateHome } from '../../support/systemSsh.ts';

const { signal } = new AbortController();

function setUp(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): { readonly home: string; readonly list: () => Promise<HostList> } {
  const place = privateHome();
  t.after(() => place.remove());
  for (const [file, text] of Object.entries(files)) place.write(`.ssh/${file}`, text);
  const userFile = path.join(place.home, '.ssh', 'config');
  return { home: place.home, list: () => listHosts({ userFile, home: place.home, env: {} }, signal) };
}

void test('every alias of all files is listed once, with the file and line of its first Host line', async (t) => {
  const { home, list } = setUp(t, {
    config: 'Host *\n  User x\nHost web db !x h? # c\nInclude more/*\nHost web last\n',
    'more/b': '\nHost "from b"  from-b\n',
    'more/a': 'Host from-a\n',
  });
  const { hosts, files, folders, problems } = await list();
  const ssh = path.join(home, '.ssh');
  assert.deepEqual(
    hosts.map(({ name, file, line }) => `${name} ${path.relative(ssh, file)}:${line}`),
    ['web config:3', 'db config:3', 'last config:5'],
    'an Include below `Host web db` can only add to web and db',
  );
  assert.deepEqual(
    files,
    ['config', 'more/a', 'more/b'].map((file) => path.join(ssh, file)),
  );
  assert.deepEqual(folders, [path.join(ssh, 'more')]);
  assert.deepEqual(problems, []);
});

void test('a missing file of -F is a problem, and the list watches for it', async (t) => {
  const { home, list } = setUp(t, {});
  const { files, problems } = await list();
  assert.deepEqual(files, [path.join(home, '.ssh', 'config')]);
  assert.deepEqual(
    problems.map(({ problem }) => problem.code),
    ['fileUnreadable'],
  );
  const own = await listHosts({ home, env: {} }, signal);
  assert.ok(!own.problems.some(({ problem }) => problem.code === 'fileUnreadable'));
});

void test('aliases of included files are listed in the order of Include', async (t) => {
  const { list } = setUp(t, { config: 'Include a b\nHost own\n', a: 'Host a1\n', b: 'Host b1 own\n' });
  assert.deepEqual(
    (await list()).hosts.map(({ name }) => name),
    ['a1', 'b1', 'own'],
  );
});

void test('a file with mistakes hides no host of other files, and every mistake is reported with its line', async (t) => {
  const { home, list } = setUp(t, {
    config: 'Host a\n  Port x\n  Bogus 1\nInclude bad self\nHost b\n',
    bad: 'Host c\n  User "open\n',
    self: 'Include self\nHost d\n',
  });
  const { hosts, problems } = await list();
  assert.deepEqual(
    hosts.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.deepEqual(
    problems.map(({ problem }) =>
      'line' in problem ? `${path.relative(home, problem.file).replaceAll('\\', '/')}:${problem.line}` : problem.code,
    ),
    ['.ssh/config:2', '.ssh/config:3', '.ssh/bad:2', '.ssh/self:1'],
  );
});

void test('listing hosts runs no Match exec', async (t) => {
  const { home, list } = setUp(t, { config: 'Match exec "touch ${HOME}/ran"\n  Port 1\nHost a\n' });
  assert.deepEqual(
    (await list()).hosts.map(({ name }) => name),
    ['a'],
  );
  assert.ok(!fs.existsSync(path.join(home, 'ran')));
});

void test('IgnoreUnknown works on the lines behind it only', async (t) => {
  const { list } = setUp(t, { config: 'UseKeychain2 yes\nIgnoreUnknown use*\nUseKeychain2 yes\n' });
  assert.equal((await list()).problems.length, 1);
});
