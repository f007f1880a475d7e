import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import { type ForwardKind, parseForward } from '../../../src/core/spec/grammar.ts';
import type { Bind, Endpoint, ForwardSpec } from '../../../src/core/spec/spec.ts';

const flags = { local: '-L', remote: '-R', dynamic: '-D' } as const;

/** The forward lines that `ssh -G` of the installed ssh(1) prints. Undefined if it refuses the flag. */
async function sshSays(kind: ForwardKind, text: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ssh', ['-F', '/dev/null', '-G', flags[kind], text, 'host'], {
      timeout: 10_000,
    });
    // ssh reads -D with a path as destination as both -L and -D, a fault that we do not copy.
    if (kind === 'dynamic' && stdout.includes('\nlocalforward ')) return undefined;
    const lines = stdout.split('\n').filter((line) => /^(?:local|remote|dynamic)forward /.test(line));
    // An empty bind address and `*` mean the same. ssh lists a local forward to a Unix socket as a dynamic forward, too.
    return lines
      .filter((line) => kind === 'dynamic' || !line.startsWith('dynamicforward'))
      .join('\n')
      .replace('forward []:', 'forward [*]:');
  } catch {
    return undefined;
  }
}

function weSay(kind: ForwardKind, text: string): string | undefined {
  try {
    return print(parseForward(kind, text));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function print(spec: ForwardSpec): string {
  const bind = side(spec.bind);
  if (spec.kind === 'dynamic') return `dynamicforward ${bind}`;
  if (spec.kind === 'remoteDynamic') return `remoteforward ${bind} [socks]:0`;
  return `${spec.kind}forward ${bind} ${side(spec.to)}`;
}

function side(at: Bind | Endpoint): string {
  if (at.kind === 'unix') return at.path;
  return at.host === undefined ? String(at.port) : `[${at.host}]:${at.port}`;
}

const texts = `
8080|0|80:81|8000:localhost:8080|localhost:8000:localhost:8080|*:80:h:1|:80:h:1|[]:80:h:1|[::1]:80:[::1]:81
/tmp/a:/tmp/b|80:/tmp/b|/tmp/a:h:80|b:80:/tmp/b|b:1080|/tmp/s|ssh:h:http|65536:h:1|80:h:0|80/h/80|a/80/h/80| 80:h:80
80:h:80 |[fe80::1%lo]:80:h:1|a:b:c:d:e|a:|:|::80|:80|80::80|[::1:80:h:1|-1:h:1|0x50:h:1|080:h:1|+80:h:1|80\\:1:h:1
/tmp/a\\:b:/tmp/c|1:/x:2|80:[/tmp/x]|*:1:*:1|80:"h":1|[/tmp/a:b]:h:80|1:0:localhost:22|1:0:0:22|0:localhost:22
0:/tmp/x|./a:h:1|80:h\\|[a]b:80|h:80\\|\\[80:h:1`
  .trim()
  .split(/[|\n]/);

for (const kind of ['local', 'remote', 'dynamic'] as const) {
  test(`every form of ${flags[kind]} means the same to us as to the installed ssh`, async () => {
    for (const text of texts) assert.equal(weSay(kind, text), await sshSays(kind, text), `${flags[kind]} ${text}`);
  });
}

test('we parse what the installed ssh parses, and refuse what it refuses', async () => {
  const part = fc.constantFrom(
    '8000',
    '1',
    '0',
    'localhost',
    '*',
    '',
    '[::1]',
    '/tmp/a',
    '[/tmp/a:b]',
    'ssh',
    'a\\:b',
    '-',
  );
  const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(':'));
  const kinds = fc.constantFrom<ForwardKind>('local', 'remote', 'dynamic');
  await fc.assert(
    fc.asyncProperty(kinds, text, async (kind, each) => {
      assert.equal(weSay(kind, each), await sshSays(kind, each));
    }),
    { numRuns: 200 },
  );
});
