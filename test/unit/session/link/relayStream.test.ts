import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import test from 'node:test';
import type { Readable, Writable } from 'node:stream';
import { never } from '../../../../src/base/delay.ts';
import { UserError } from '../../../../src/base/userError.ts';
import type { Exec } from '../../../../src/core/detect/exec.ts';
import type { Problem } from '../../../../src/core/problem.ts';
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
