import assert from 'node:assert/strict';
import fs from 'node:fs';
import { normalize } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../../src/base/userError.ts';
import { resolveHost } from '../../../../src/core/config/resolve.ts';
import { addForward, addHost } from '../../../../src/core/config/editing/write.ts';
import type { ForwardSpec } from '../../../../src/core/spec/spec.ts';
import { generatedConfig } from '../../../support/configArbitrary.ts';
import { privateHome } from '../../../support/systemSsh.ts';

const web: ForwardSpec = {
  kind: 'local',
  bind: { kind: 'tcp', host: undefined, port: 8080 },
  to: { kind: 'tcp', host: 'localhost', port: 80 },
};
const { signal } = new AbortController();

async function resolveText(text: string, name: string): ReturnType<typeof resolveHost> {
  const place = privateHome();
  try {
    const userFile = place.write('config', text);
    return await resolveHost(name, { userFile, env: { HOME: place.home }, allowCommand: () => false }, signal);
  } finally {
    place.remove();
  }
}

void test('a new block goes before the first block that would win over it, and before the comment of that block', () => {
  const text = '# mine\nHost a\n  Port 1\n\n# everything\n# else\nHost *\n  User all\n';
  assert.equal(
    addHost(text, {
      name: 'box',
      settings: [
        ['HostName', '10.0.0.1'],
        ['User', 'me'],
      ],
    }),
    '# mine\nHost a\n  Port 1\n\nHost box\n  HostName 10.0.0.1\n  User me\n\n# everything\n# else\nHost *\n  User all\n',
  );
});

void test('a new block goes before a setting for all hosts that would win over it, and that setting still applies to all hosts', async () => {
  const text = 'Compression yes\n# who I am\nuser me\nPort 7\n\nHost a\n  Port 1\n';
  const block = { name: 'box', settings: [['User', 'root']] } as const;
  const after = addHost(text, block);
  assert.equal(after, text.replace('# who', 'Host box\n  User root\n\nHost *\n# who'));
  const found = await Promise.all(['box', 'a', 'other'].map((name) => resolveText(after, name)));
  assert.deepEqual(
    found.map(({ user, port, compression }) => [user, port, compression]),
    [
      ['root', 7, true],
      ['me', 7, true],
      ['me', 7, true],
    ],
  );
  assert.equal(addHost(text, { name: 'box', settings: [['HostName', 'b']] }), `${text}\nHost box\n  HostName b\n`);
});

void test('addHost is fast for a file with a very long comment', { timeout: 5000 }, () => {
  const comment = '# x\n'.repeat(100_000);
  assert.equal(addHost(`${comment}Host *\n`, { name: 'b', settings: [] }), `Host b\n\n${comment}Host *\n`);
});

void test('a new block goes to the end, after a blank line, when no other block applies to the host', () => {
  assert.equal(addHost('', { name: 'box', settings: [] }), 'Host box\n');
  assert.equal(addHost('Host a\n  Port 1', { name: 'b', settings: [] }), 'Host a\n  Port 1\n\nHost b\n');
  assert.equal(addHost('Host a\r\n  Port 1\r\n', { name: 'b', settings: [] }), 'Host a\r\n  Port 1\r\n\r\nHost b\r\n');
});

void test('a written value has the quotes that make it read back unchanged', async () => {
  const path = normalize(String.raw`/my "keys"/a\b #1`);
  const text = addHost('', {
    name: 'box',
    settings: [
      ['IdentityFile', path],
      ['ProxyCommand', 'nc -X 5 "%h" %p'],
      ['LocalForward', '8080', 'localhost:80'],
    ],
  });
  const config = await resolveText(text, 'box');
  assert.deepEqual(config.identityFiles, [path]);
  assert.deepEqual(config.proxy, { kind: 'command', command: 'nc -X 5 "box" 22' });
  assert.deepEqual(config.forwards, [web]);
});

void test('a name or value that would add another line or pattern is refused', () => {
  for (const name of ['*', 'a b', 'a\nHost *', '-x', '$(x)', '!a', '']) {
    assert.throws(() => addHost('', { name, settings: [] }), UserError, name);
  }
  assert.throws(() => addHost('', { name: 'a', settings: [['User', 'x\nProxyCommand evil']] }), UserError);
});

void test('a new forward goes behind the last setting of the host’s own block, with the same indent', () => {
  assert.equal(
    addForward('Host a\n\tPort 1\n\n# b\nHost b\n\tPort 2\n', 'a', web),
    'Host a\n\tPort 1\n\tLocalForward 8080 localhost:80\n\n# b\nHost b\n\tPort 2\n',
  );
});

void test('a block that the host shares with other hosts stays unchanged', () => {
  assert.equal(
    addForward('Host a b\n  Port 1\n', 'a', web),
    'Host a b\n  Port 1\n\nHost a\n  LocalForward 8080 localhost:80\n',
  );
});

void test('a written forward of any kind reads back as the same forward', async () => {
  const specs: readonly ForwardSpec[] = [
    web,
    { kind: 'local', bind: { kind: 'tcp', host: '::1', port: 1 }, to: { kind: 'unix', path: '/run/a b.sock' } },
    { kind: 'remote', bind: { kind: 'tcp', host: '*', port: 0 }, to: { kind: 'tcp', host: '::1', port: 2 } },
    { kind: 'remoteDynamic', bind: { kind: 'tcp', host: undefined, port: 1080 } },
    { kind: 'dynamic', bind: { kind: 'tcp', host: 'localhost', port: 1081 } },
  ];
  const text = specs.reduce((before, spec) => addForward(before, 'a', spec), 'Host a\n  User x\n');
  assert.deepEqual((await resolveText(text, 'a')).forwards, specs);
});

void test('in any file, every byte stays and the added block takes effect', async () => {
  const place = privateHome();
  const options = { env: { HOME: place.home, KEYDIR: '/kd', ROOT: '/' }, allowCommand: () => false };
  const odd = fc.string({
    unit: fc.constantFrom('Host a', '\n', '\r\n', ' ', '"', '#', '\t', 'Match all', 'Port 1', '='),
  });
  const texts = fc.oneof(
    generatedConfig.map(({ files }) => files['config'] ?? ''),
    odd,
  );
  const resolveOther = (userFile: string): Promise<unknown> =>
    resolveHost('h1', { ...options, userFile }, signal).catch(
      (error: unknown) => error instanceof UserError && error.problem.code,
    );
  try {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const withHost = addHost(text, { name: 'new-box', settings: [['Port', '4242']] });
        const withForward = addForward(text, 'a', web);
        for (const changed of [withHost, withForward])
          assert.ok(isInsertion(text, changed), JSON.stringify([text, changed]));
        const userFile = place.write('config', withForward);
        const config = await resolveHost('a', { ...options, userFile }, signal).catch(() => undefined);
        const others = [await resolveOther(place.write('one', text)), await resolveOther(place.write('two', withHost))];
        assert.deepEqual(others[1], others[0], `another host resolves differently after: ${withHost}`);
        const isCleared = /clearallforwardings/i.test(text);
        if (config && !isCleared)
          assert.ok(
            config.forwards.some((spec) => JSON.stringify(spec) === JSON.stringify(web)),
            withForward,
          );
      }),
      { seed: 4, numRuns: 400 },
    );
  } finally {
    place.remove();
  }
  assert.ok(!fs.existsSync(place.home));
});

/** Whether `after` is `before` with one run of characters put in somewhere. */
function isInsertion(before: string, after: string): boolean {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  return after.length > before.length && after.endsWith(before.slice(start));
}
