import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import test from 'node:test';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { never } from '../../../../src/base/delay.ts';
import { UserError } from '../../../../src/base/userError.ts';
import type { Exec } from '../../../../src/core/detect/exec.ts';
import type { Problem } from '../../../../src/core/problem.ts';
import { tellingDialer } from '../../../../src/core/session/link/dialer.ts';
import { relayStream } from '../../../../src/core/session/link/relayStream.ts';
import { problemText } from '../../../../src/view/problem.ts';
import { kill, start } from '../../../support/child.ts';
import { posixOnly } from '../../../support/posixOnly.ts';

const exec: Exec = async (command) => {
  const child = start('/bin/sh', ['-c', command], { stdio: 'pipe' });
  return {
    stdin: child.stdin as Writable,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    exit: once(child, 'close').then(([status]) => ({ status: (status as number | null) ?? undefined })),
    close: () => kill(child, 'SIGKILL'),
  };
};

async function problemOf(command: string): Promise<Problem> {
  const error: unknown = await relayStream(exec, { command, container: 'shop/web' }, never).catch(
    (why: unknown) => why,
  );
  assert.ok(error instanceof UserError);
  return error.problem as Problem;
}

void test('a relay that has begun carries both directions', { skip: posixOnly }, async () => {
  const stream = await relayStream(exec, { command: 'printf R; cat', container: 'web' }, never);
  stream.end('Rabbit');
  assert.equal(await text(stream), 'Rabbit');
});

void test('an image without a program that relays is told in a sentence', { skip: posixOnly }, async () => {
  for (const status of [126, 127]) {
    const problem = await problemOf(`exit ${status}`);
    assert.deepEqual(problem, { code: 'containerWithoutRelay', container: 'shop/web' });
    assert.match(problemText(problem).what, /^The image of web · shop has none of nc, node and python3/);
  }
});

void test('what docker says of a relay that did not begin is told as one line', { skip: posixOnly }, async () => {
  const problem = await problemOf('echo warning >&2; printf "container \\033[31mis not running\\n" >&2; exit 1');
  const detail = 'container [31mis not running';
  assert.deepEqual(problem, { code: 'containerRelayFailed', container: 'shop/web', detail });
});

void test(
  'a relay that fails after its output has ended gives its data and then an error, and no clean end',
  { skip: posixOnly },
  async () => {
    for (const status of [1, 127]) {
      const command = `printf Rdata; echo "connection refused" >&2; exec >&- 2>&-; sleep 0.1; exit ${status}`;
      const stream = await relayStream(exec, { command, container: 'web' }, never);
      let received = '';
      stream.on('data', (chunk) => (received += String(chunk)));
      const end = await new Promise<unknown>((resolve) => {
        stream.once('end', () => resolve('a clean end'));
        stream.once('error', resolve);
      });
      assert.ok(end instanceof UserError, String(end));
      assert.deepEqual(end.problem, { code: 'containerRelayFailed', container: 'web', detail: 'connection refused' });
      assert.equal(received, 'data');
      assert.match(problemText(end.problem as Problem).what, /^The relay in web failed: connection refused/);
    }
  },
);

void test('a relay whose status never comes ends cleanly after a limit, and its data is not held back', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stdout = new PassThrough();
  const silent: Exec = async () => ({
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    exit: new Promise(() => undefined),
    close: () => undefined,
  });
  stdout.write('R');
  const stream = await relayStream(silent, { command: '', container: 'web' }, never);
  stdout.write('data');
  const [first] = (await once(stream, 'data')) as [Buffer];
  assert.equal(String(first), 'data');
  const ended = once(stream, 'end');
  stdout.end();
  await setImmediate();
  assert.equal(stream.readableEnded, false);
  t.mock.timers.tick(2000);
  await ended;
});

void test('the failure of a relay that had begun is told as an outcome of its dial', async () => {
  const outcomes: (Problem | undefined)[] = [];
  const channel = new PassThrough();
  channel.on('error', () => undefined);
  const dial = tellingDialer(async () => channel)((problem) => outcomes.push(problem));
  await dial({ kind: 'tcp', host: '127.0.0.1', port: 80 }, never);
  const problem = { code: 'containerRelayFailed', container: 'web', detail: '' } as const;
  channel.destroy(new UserError(problem));
  await setImmediate();
  assert.deepEqual(outcomes, [undefined, problem]);
});
